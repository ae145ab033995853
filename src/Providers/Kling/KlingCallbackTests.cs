using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What a callback is taken for; the signed vector is the one that the vendor publishes.</summary>
public sealed class KlingCallbackTests
{
    private const string Secret = """{"callback_secret":"whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="}""";
    private const string Body = """{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}""";
    private const string Signature = "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=";
    private static readonly DateTimeOffset Sent = DateTimeOffset.FromUnixTimeSeconds(1_781_080_794);

    private readonly KlingCase _test = new();

    [Theory]
    [InlineData("callback.flat.json")]
    [InlineData("callback.wrapped.json")]
    [InlineData("callback.new.json")]
    public void Every_shape_names_its_task_and_unsigned_says_nothing_else(string fixture) =>
        Assert.Equal(new CallbackReading(KlingCase.TaskId, null, IsSigned: false), Read(KlingCase.Fixture(fixture)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1","type":"video.completed"}""")]
    [InlineData("""{"task_status":"succeed"}""")]
    [InlineData("""{"task_id":{},"task_status":"succeed"}""")]
    public void Anything_else_is_no_callback(string body) => Assert.Null(Read(body));

    // Its body is one of the new generation; a channel of either dialect reads it.
    [Theory]
    [InlineData("legacy")]
    [InlineData("new")]
    public void The_published_vector_is_a_right_signature(string dialect)
    {
        var reading = Read(Body, Secret.Replace("{", $$"""{"dialect":"{{dialect}}",""", StringComparison.Ordinal), Headers(), Sent);
        Assert.NotNull(reading);
        Assert.Equal(("1234567890", true), (reading.UpstreamId, reading.IsSigned));

        // The vector's body names no file, so its success cannot be used.
        Assert.IsType<PollResult.Unreadable>(reading.Result);
    }

    [Fact]
    public void One_right_signature_of_several_will_do_and_header_names_have_no_case()
    {
        var headers = Headers("v1,AAAA " + Signature).ToDictionary(header => header.Key.ToUpperInvariant(), header => header.Value);
        Assert.True(Read(Body, Secret, headers, Sent)!.IsSigned);
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_signature_is_good_for_five_minutes(int seconds, bool isSigned) =>
        Assert.Equal(isSigned, Read(Body, Secret, Headers(), Sent.AddSeconds(seconds))!.IsSigned);

    [Fact]
    public void A_body_a_header_or_a_secret_that_differs_is_not_signed()
    {
        var wrong = new Dictionary<string, string>(Headers()) { ["webhook-id"] = "9876543211" };
        var late = new Dictionary<string, string>(Headers()) { ["webhook-timestamp"] = "1781080795" };
        var odd = new Dictionary<string, string>(Headers()) { ["webhook-timestamp"] = "-1" };
        Assert.All(
            [
                Read(Body.Replace("1234567890", "1234567891", StringComparison.Ordinal), Secret, Headers(), Sent),
                Read(Body, Secret, wrong, Sent),
                Read(Body, Secret, late, Sent),
                Read(Body, Secret, odd, Sent),
                Read(Body, Secret, Headers("v1a," + Signature[3..]), Sent),
                Read(Body, Secret, [], Sent),
                Read(Body, """{"callback_secret":"whsec_QUJD"}""", Headers(), Sent),
                Read(Body, null, Headers(), Sent),
            ],
            reading => Assert.Equal((false, null), (reading!.IsSigned, reading.Result)));
    }

    private static Dictionary<string, string> Headers(string signature = Signature) => new()
    {
        ["webhook-id"] = "9876543210", ["webhook-timestamp"] = "1781080794", ["webhook-signature"] = signature,
    };

    private CallbackReading? Read(string body, string? options = null, Dictionary<string, string>? headers = null, DateTimeOffset? now = null) =>
        _test.Provider.ReadCallback(_test.Account(options, now: now), headers ?? [], Encoding.UTF8.GetBytes(body));
}
