using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Characters are made at the account first; only then the order goes out.</summary>
public sealed class OpenAiCharacterTests
{
    private const string FilePart =
        "--B\r\nContent-Disposition: form-data; name=\"video\"; filename=\"clip.mp4\"\r\nContent-Type: video/mp4\r\n\r\nMP4!\r\n";

    private static readonly ProviderRequest Order = OpenAiCase.BoatClip with { Prompt = "Mossy meets Rusty" };
    private static readonly MediaInput Mossy = OpenAiCase.Clip(MediaRole.Character, "Mossy");
    private static readonly MediaInput Rusty = OpenAiCase.Clip(MediaRole.Character, "Rusty");

    private readonly OpenAiCase _test = new();

    [Fact]
    public async Task Every_character_is_made_by_a_call_of_its_own_and_named_in_the_order()
    {
        AnswerCharacter().Answer(200, """{"id":"char_2","name":"Rusty","created_at":1}""").Answer(200, OpenAiCase.Fixture("openai.create.ok.json"));
        await SubmitAsync("""{"idempotency_header":"Idempotency-Key"}""", Mossy, OpenAiCase.Picture(), Rusty);

        var requests = _test.Upstream.Requests;
        Assert.Equal(["characters", "characters", "videos"], requests.Select(request => request.Url.Segments[^1]));
        Assert.Equal(OpenAiCase.Field("name", "Mossy") + FilePart + "--B--\r\n", OpenAiCase.Form(requests[0]));
        Assert.Equal(OpenAiCase.Field("name", "Rusty") + FilePart + "--B--\r\n", OpenAiCase.Form(requests[1]));
        Assert.All(requests[..2], request => Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]));
        Assert.Contains(
            OpenAiCase.Field("characters[][id]", "char_6890a1b2c3d4") + OpenAiCase.Field("characters[][id]", "char_2"),
            OpenAiCase.Form(requests[2]),
            StringComparison.Ordinal);
        Assert.Contains("name=\"input_reference\"", requests[2].Body, StringComparison.Ordinal);

        // An upstream that deduplicates by our mark must see it on the order alone.
        Assert.Equal([false, false, true], requests.Select(request => request.Headers.ContainsKey("Idempotency-Key")));
        Assert.Equal([false, false, true], requests.Select(request => request.Headers.ContainsKey("X-Client-Request-Id")));
    }

    [Fact]
    public async Task In_json_the_order_lists_them_as_objects()
    {
        AnswerCharacter().Answer(200, OpenAiCase.Fixture("openai.create.ok.json"));
        await SubmitAsync("""{"encoding":"json"}""", Mossy);

        Assert.Equal(
            """[{"id":"char_6890a1b2c3d4"}]""", JsonNode.Parse(_test.Upstream.Requests[1].Body)!["characters"]!.ToJsonString());
    }

    [Theory]
    [InlineData(400, "openai.error.400.moderation.json", ProviderErrorKind.ContentRejected)]
    [InlineData(400, "openai.error.400.json", ProviderErrorKind.InvalidRequest)]
    [InlineData(401, "openai.error.401.json", ProviderErrorKind.Unauthorized)]
    [InlineData(429, "openai.error.429.json", ProviderErrorKind.RateLimited)]
    [InlineData(429, "openai.error.429.quota.json", ProviderErrorKind.AccountEmpty)]
    [InlineData(503, "openai.error.503.json", ProviderErrorKind.Overloaded)]
    [InlineData(500, "openai.error.500.json", ProviderErrorKind.NotSent)]
    [InlineData(302, "openai.error.400.json", ProviderErrorKind.NotSent)]
    [InlineData(200, "openai.error.500.json", ProviderErrorKind.NotSent)]
    public async Task A_character_that_is_not_made_never_leaves_the_orders_outcome_open(int status, string fixture, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, OpenAiCase.Fixture(fixture), "application/json", ("Retry-After", "7"));

        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(null, Mossy));

        Assert.Equal((kind, status), (exception.Kind, exception.StatusCode));
        Assert.Equal(status == 302 ? null : 7.0, exception.RetryAfter?.TotalSeconds);
        Assert.Single(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_lost_answer_to_a_later_character_is_not_sent_either()
    {
        AnswerCharacter().Fail(new HttpRequestException(HttpRequestError.ResponseEnded));

        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(null, Mossy, Rusty));

        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.Contains("Rusty", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_a_character_is_made_sends_no_order()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        _test.Upstream.Hang();

        var exception = await Assert.ThrowsAsync<ProviderException>(
            () => _test.Provider.SubmitAsync(OpenAiCase.Order(_test.Account(), Order, Mossy), deadline.Token));

        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.EndsWith("/characters", Assert.Single(_test.Upstream.Requests).Url.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_orders_own_lost_answer_is_unknown_as_ever()
    {
        AnswerCharacter().Answer(500, OpenAiCase.Fixture("openai.error.500.json"));
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(null, Mossy))).Kind);
    }

    [Theory]
    [InlineData("openai", 3, "Mossy", "3 characters")]
    [InlineData("openai", 1, null, "name")]
    [InlineData("vllm_omni", 1, "Mossy", "no characters")]
    [InlineData("sglang", 1, "Mossy", "no characters")]
    [InlineData("trtllm", 1, "Mossy", "no characters")]
    public async Task Characters_that_cannot_be_sent_are_refused_before_any_call(string profile, int count, string? name, string word)
    {
        var media = Enumerable.Repeat(Mossy with { Name = name }, count).ToArray();
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync($$"""{"profile":"{{profile}}"}""", media));

        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    private Support.RecordingUpstream AnswerCharacter() => _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.character.ok.json"));

    private Task<Submission> SubmitAsync(string? options, params MediaInput[] media) =>
        _test.Provider.SubmitAsync(OpenAiCase.Order(_test.Account(options), Order, media), TestContext.Current.CancellationToken);
}
