using System.Text;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

public class RefusedBodyTests
{
    private const string Head = "--X\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n";

    [Theory]
    [InlineData("application/json", "", "invalid_json")]
    [InlineData("application/json", " \r\n", "invalid_json")]
    [InlineData(null, "", "invalid_json")]
    [InlineData("application/json", "nonsense", "invalid_json")]
    [InlineData("application/json", "{\"prompt\":\"x\"", "invalid_json")]
    [InlineData("application/json", "{\"prompt\":\"x\"}}", "invalid_json")]
    [InlineData("application/json", "{\"prompt\":\"x\",}", "invalid_json")]
    [InlineData("application/json", "{'prompt':'x'}", "invalid_json")]
    [InlineData("application/json", "{\"prompt\":\"a\nb\"}", "invalid_json")]
    [InlineData("application/json", "[]", "invalid_json")]
    [InlineData("application/json", "\"x\"", "invalid_json")]
    [InlineData("application/json", "null", "invalid_json")]
    [InlineData("application/json", "42", "invalid_json")]
    [InlineData("application/json", "prompt=x", "invalid_json")]
    [InlineData("application/json", """{"prompt":"\ud800"}""", "invalid_json")]
    [InlineData("application/json", """{"prompt":"a\u0000b"}""", "invalid_json")]
    [InlineData("application/json", """{"\ud800":"x"}""", "invalid_json")]
    [InlineData("application/json", """{"prompt":"x","prompt":"y"}""", "conflicting_parameters")]
    [InlineData("application/json", """{"prompt":"x","\u0070rompt":"y"}""", "conflicting_parameters")]
    [InlineData("application/json", """{"metadata":{"a":1,"a":2}}""", "conflicting_parameters")]
    [InlineData("application/json", """{"a":[{"b":1,"b":"1"}]}""", "conflicting_parameters")]
    [InlineData("text/plain", """{"prompt":"x"}""", "unsupported_media_type")]
    [InlineData("application/xml", "<a/>", "unsupported_media_type")]
    [InlineData("application/octet-stream", "abc", "unsupported_media_type")]
    [InlineData("nonsense", "abc", "unsupported_media_type")]
    [InlineData(null, "prompt=x", "unsupported_media_type")]
    [InlineData("multipart/form-data", "abc", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=X", "", "incomplete_body")]
    [InlineData("multipart/form-data; boundary=X", """{"prompt":"x"}""", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=Y", Head + "x\r\n--X--\r\n", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=X", Head + "x", "incomplete_body")]
    [InlineData("multipart/form-data; boundary=X", Head + "x\r\n--X\r\n", "incomplete_body")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; na", "incomplete_body")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Type: text/plain\r\n\r\nx\r\n--X--\r\n", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X--\r\n", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nnot a header\r\n\r\nx\r\n--X--\r\n", "invalid_multipart_form")]
    [InlineData("multipart/form-data; boundary=X", Head + "a\0b\r\n--X--\r\n", "invalid_multipart_form")]
    [InlineData("application/x-www-form-urlencoded", "prompt=%FF", "invalid_form")]
    [InlineData("application/x-www-form-urlencoded", "%FF=x", "invalid_form")]
    [InlineData("application/x-www-form-urlencoded", "prompt=a%00b", "invalid_form")]
    [InlineData("application/x-www-form-urlencoded", "a=1&a[b]=2", "conflicting_parameters")]
    [InlineData("application/x-www-form-urlencoded", "a[b]=2&a=1", "conflicting_parameters")]
    [InlineData("application/x-www-form-urlencoded", "a[]=2&a[b]=1", "conflicting_parameters")]
    [InlineData("application/x-www-form-urlencoded", "a[b]=2&a[]=1", "conflicting_parameters")]
    [InlineData("application/x-www-form-urlencoded", "a[b]=1&a[b]=2", "conflicting_parameters")]
    public async Task A_bad_body_is_refused_with_its_code(string? contentType, string body, string code)
    {
        var error = (await Bodies.ReadAsync(contentType, body)).Error;

        Assert.NotNull(error);
        Assert.Equal(code, error.Code);
        Assert.Equal(code == "unsupported_media_type" ? 415 : 400, error.Status);
    }

    [Theory]
    [InlineData("{\n  \"prompt\": x\n}", "line 2, byte 13")]
    [InlineData("{\"a\":1,}", "line 1, byte 8")]
    [InlineData("{\"a\":\"b", "ends too early at line 1")]
    public async Task A_json_error_says_where_it_is_and_nothing_of_our_insides(string body, string where)
    {
        var error = (await Bodies.ReadAsync(Bodies.Json, body)).Error!;

        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, null)]
    [InlineData(33, "invalid_json")]
    [InlineData(5_000, "invalid_json")]
    public async Task Json_may_be_32_levels_deep(int depth, string? code)
    {
        var body = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        var error = (await Bodies.ReadAsync(Bodies.Json, body)).Error;

        Assert.Equal(code, error?.Code);
        if (error is not null)
        {
            Assert.Contains("32 levels", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(32, "invalid_form")]
    [InlineData(2_000, "invalid_form")]
    public async Task Form_names_are_bounded_in_depth_too(int depth, string? code)
    {
        var body = "a" + string.Concat(Enumerable.Repeat("[b]", depth)) + "=1";
        Assert.Equal(code, (await Bodies.ReadAsync(Bodies.UrlEncoded, body)).Error?.Code);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task A_body_has_at_most_1000_fields(int count, bool isAccepted)
    {
        var names = Enumerable.Range(0, count).Select(number => $"f{number}").ToList();
        var json = "{" + string.Join(',', names.Select(name => $"\"{name}\":1")) + "}";
        Assert.Equal(isAccepted, (await Bodies.ReadAsync(Bodies.Json, json)).Error is null);
        Assert.Equal(isAccepted, (await Bodies.ReadAsync(Bodies.UrlEncoded, Bodies.ToUrlEncoded(json))).Error is null);
        Assert.Equal(isAccepted, (await Bodies.ReadAsync(Bodies.Multipart, Bodies.ToMultipart(json))).Error is null);
    }

    [Fact]
    public async Task A_body_of_nothing_but_commas_is_refused_before_it_takes_memory()
    {
        var json = "{\"a\":[" + string.Join(',', Enumerable.Repeat("1", 300_000)) + "]}";
        Assert.Equal("invalid_json", (await Bodies.ReadAsync(Bodies.Json, json)).Error?.Code);
    }

    [Theory]
    [InlineData("application/json", "{\"prompt\":\"012345678901234567890123456789\"}")]
    [InlineData("application/x-www-form-urlencoded", "prompt=012345678901234567890123456789")]
    [InlineData("multipart/form-data; boundary=X", Head + "012345678901234567890123456789\r\n--X--\r\n")]
    public async Task A_body_above_its_bound_is_413_with_and_without_a_length(string contentType, string body)
    {
        var limits = new ReadingLimits { MaxJsonBytes = 20, MaxMultipartBytes = 20 };
        Assert.Equal((413, "request_too_large"), Short(await Bodies.ReadAsync(contentType, body, limits: limits)));

        var bytes = Encoding.UTF8.GetBytes(body);
        var announced = Bodies.Request(contentType, bytes, bytes.Length);
        Assert.Equal((413, "request_too_large"), Short(await RequestReader.ReadAsync(announced, new MemorySink(), limits, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "prompt=012345678901234567890123456789")]
    [InlineData("multipart/form-data; boundary=X", Head + "012345678901234567890123456789\r\n--X--\r\n")]
    public async Task A_text_field_above_its_bound_is_413(string contentType, string body)
    {
        var result = await Bodies.ReadAsync(contentType, body, limits: new ReadingLimits { MaxTextFieldBytes = 20 });
        Assert.Equal((413, "request_too_large"), Short(result));
        Assert.Equal("prompt", result.Error!.Param);
    }

    [Theory]
    [InlineData("application/json", "{\"prompt\":\"x\"}")]
    [InlineData("application/x-www-form-urlencoded", "prompt=xxxxxxxx")]
    [InlineData("multipart/form-data; boundary=X", Head + "x\r\n--X--\r\n")]
    public async Task A_body_cut_in_half_is_incomplete(string contentType, string body)
    {
        var whole = Encoding.UTF8.GetBytes(body);
        var half = whole[..(whole.Length / 2)];
        var ended = Bodies.Request(contentType, half, whole.Length);
        Assert.Equal((400, "incomplete_body"), Short(await RequestReader.ReadAsync(ended, new MemorySink(), ReadingLimits.Default, TestContext.Current.CancellationToken)));

        foreach (var (exception, expected) in BodyFaults())
        {
            var broken = Bodies.Request(contentType, [], whole.Length);
            broken.Body = new SlowStream(half, exception);
            Assert.Equal(expected, Short(await RequestReader.ReadAsync(broken, new MemorySink(), ReadingLimits.Default, TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public async Task Invalid_utf8_is_refused_in_every_encoding()
    {
        byte[] text = [.. "{\"prompt\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Equal((400, "invalid_json"), Short(await Bodies.ReadAsync(Bodies.Json, text)));
        byte[] part = [.. "Content-Disposition: form-data; name=\"prompt\"\r\n\r\n"u8, 0xC3, 0x28];
        Assert.Equal((400, "invalid_multipart_form"), Short(await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(part))));
        byte[] pair = [.. "prompt="u8, 0xC3, 0x28];
        Assert.Equal((400, "invalid_form"), Short(await Bodies.ReadAsync(Bodies.UrlEncoded, pair)));
        Assert.Equal((400, "invalid_json"), Short(await Bodies.ReadAsync(Bodies.Json, Encoding.Unicode.GetBytes("{\"prompt\":\"x\"}"))));
    }

    [Fact]
    public async Task A_cancelled_read_is_a_cancellation_and_not_an_answer()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var request = Bodies.Request(Bodies.Json, "{}"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RequestReader.ReadAsync(request, new MemorySink(), ReadingLimits.Default, source.Token));
    }

    private static (Exception, (int, string))[] BodyFaults() =>
    [
        (new IOException("reset"), (400, "incomplete_body")),
        (new OperationCanceledException("gone"), (400, "incomplete_body")),
        (new BadHttpRequestException("Unexpected end of request content.", 400), (400, "incomplete_body")),
        (new BadHttpRequestException("too large", 413), (413, "request_too_large")),
        (new BadHttpRequestException("too slow", 408), (408, "request_timeout")),
    ];

    private static (int, string) Short(ApiResult<RequestFields> result) => (result.Error!.Status, result.Error.Code);
}
