using Reelay.Providers;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>What answers are taken for: acceptance, refusal, and what an operation tells.</summary>
public sealed class GoogleVeoPollTests
{
    private readonly GoogleVeoCase _test = new();

    [Theory]
    [InlineData(400, "error.400.prompt.json", ProviderErrorKind.ContentRejected)]
    [InlineData(400, "error.400.image.json", ProviderErrorKind.ContentRejected)]
    [InlineData(400, "error.400.aspect.json", ProviderErrorKind.InvalidRequest)]
    [InlineData(403, "error.403.list.json", ProviderErrorKind.Unauthorized)]
    [InlineData(404, "error.404.retired.json", ProviderErrorKind.InvalidRequest)]
    [InlineData(429, "error.429.json", ProviderErrorKind.RateLimited)]
    [InlineData(429, "error.429.free.json", ProviderErrorKind.AccountEmpty)]
    public async Task A_documented_refusal_has_its_kind(int status, string fixture, ProviderErrorKind kind)
    {
        var exception = await _test.RefusalAsync(status, GoogleVeoCase.Fixture(fixture));
        Assert.Equal((kind, status), (exception.Kind, exception.StatusCode));
    }

    [Theory]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}""", ProviderErrorKind.Unauthorized)]
    [InlineData(401, """{"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}}""", ProviderErrorKind.Unauthorized)]
    [InlineData(501, """{"error":{"code":501,"message":"no","status":"UNIMPLEMENTED"}}""", ProviderErrorKind.InvalidRequest)]
    [InlineData(503, """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(503, """{"error":{"code":503,"message":"unavailable","status":"UNAVAILABLE"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(500, """{"error":{"code":500,"message":"no","status":"INTERNAL"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(409, """{"error":{"code":409,"message":"no","status":"ABORTED"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(504, """{"error":{"code":504,"message":"no","status":"DEADLINE_EXCEEDED"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(400, """{"name":"x","error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, "<html>", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(403, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, "{}", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"name":"operations/../x"}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"name":"models/veo/operations/abc"}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(201, """{"name":"publishers/google/models/veo/operations/abc"}""", ProviderErrorKind.OutcomeUnknown)]
    public async Task Status_and_word_decide_together_and_the_rest_is_unknown(int status, string body, ProviderErrorKind kind) =>
        Assert.Equal(kind, (await _test.RefusalAsync(status, body)).Kind);

    [Fact]
    public async Task Unavailable_is_a_refusal_only_for_a_channel_that_trusts_it() => Assert.Equal(
        ProviderErrorKind.Overloaded,
        (await _test.RefusalAsync(503, """{"error":{"code":503,"message":"unavailable","status":"UNAVAILABLE"}}""", """{"trust_unavailable":true}""")).Kind);

    [Theory]
    [InlineData("vertex.poll.running.json", null, GoogleVeoCase.Vertex)]
    [InlineData("gemini.poll.running.json", GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini)]
    public async Task An_operation_without_done_is_running(string fixture, string? options, string name) =>
        Assert.Equal(new PollResult.Running(HasStarted: true), await _test.PollAsync(200, GoogleVeoCase.Fixture(fixture), options, name));

    [Fact]
    public async Task Bytes_in_the_answer_are_the_outputs_in_order()
    {
        var done = Assert.IsType<PollResult.Succeeded>(await _test.PollAsync(200, GoogleVeoCase.Fixture("vertex.poll.bytes.json")));
        var texts = done.Outputs.Cast<ProviderOutput.Inline>().Select(output => new StreamReader(output.Content).ReadToEnd()[4..]);
        Assert.Equal(["ftypisom", "ftypmp42"], texts);
    }

    [Fact]
    public async Task A_result_in_cloud_storage_is_read_with_the_channels_credential()
    {
        var done = Assert.IsType<PollResult.Succeeded>(await _test.PollAsync(200, GoogleVeoCase.Fixture("vertex.poll.storage.json")));
        await OpenAsync(done);
        var sent = _test.Upstream.Requests[^1];
        Assert.Equal("https://upstream.example/download/storage/v1/b/clips/o/out%2Fatt_7%2F6f1c%2Fsample_0.mp4?alt=media", sent.Url.OriginalString);
        Assert.Equal(GoogleVeoCase.Key, sent.Headers["x-goog-api-key"]);
    }

    [Fact]
    public async Task Googles_own_file_address_is_asked_for_at_the_channels_and_a_key_follows_no_redirect()
    {
        var done = Assert.IsType<PollResult.Succeeded>(
            await _test.PollAsync(200, GoogleVeoCase.Fixture("gemini.poll.succeeded.json"), GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini));
        await OpenAsync(done);
        Assert.Equal("https://upstream.example/v1beta/files/k3j9x0q2w1ab:download?alt=media", _test.Upstream.Requests[^1].Url.AbsoluteUri);

        _test.Upstream.Answer(302, "", "text/html", ("Location", "https://elsewhere.example/x.mp4"));
        var elsewhere = await ((ProviderOutput.Opened)done.Outputs[0]).OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal("https://elsewhere.example/x.mp4", Assert.IsType<OutputContent.Elsewhere>(elsewhere).Url.Value.AbsoluteUri);

        _test.Upstream.Answer(404, """{"error":{"code":404,"message":"gone","status":"NOT_FOUND"}}""");
        var gone = await Assert.ThrowsAsync<ProviderException>(() => ((ProviderOutput.Opened)done.Outputs[0]).OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Expired, gone.Kind);
    }

    [Theory]
    [InlineData("https://cdn.example/v1beta/files/k3j9:download?alt=media")]
    [InlineData("https://cdn.example/x.mp4")]
    public async Task A_foreign_link_never_gets_the_key(string link)
    {
        var body = GoogleVeoCase.Fixture("gemini.poll.succeeded.json").Replace(
            "https://generativelanguage.googleapis.com/v1beta/files/k3j9x0q2w1ab:download?alt=media", link, StringComparison.Ordinal);
        var done = Assert.IsType<PollResult.Succeeded>(await _test.PollAsync(200, body, GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini));
        Assert.Equal(link, Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value.AbsoluteUri);
    }

    [Theory]
    [InlineData("vertex.poll.filtered.json", null, GoogleVeoCase.Vertex, ProviderErrorKind.ContentRejected)]
    [InlineData("gemini.poll.audio.json", GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini, ProviderErrorKind.ContentRejected)]
    [InlineData("gemini.poll.audio.json", """{"surface":"gemini","audio_filter_is_failure":true}""", GoogleVeoCase.Gemini, ProviderErrorKind.GenerationFailed)]
    [InlineData("gemini.poll.error13.json", GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini, ProviderErrorKind.GenerationFailed)]
    public async Task A_finished_operation_without_a_video_has_failed_and_costs_nothing(string fixture, string? options, string name, ProviderErrorKind kind)
    {
        var failed = Assert.IsType<PollResult.Failed>(await _test.PollAsync(200, GoogleVeoCase.Fixture(fixture), options, name));
        Assert.Equal((kind, FailureCharge.None), (failed.Kind, failed.Charge));
        Assert.NotEmpty(failed.Message);
    }

    [Theory]
    [InlineData(3, "bad picture", ProviderErrorKind.InvalidRequest)]
    [InlineData(3, "It violates our usage guidelines. Support codes: 1", ProviderErrorKind.ContentRejected)]
    [InlineData(1, "stopped", ProviderErrorKind.Cancelled)]
    [InlineData(8, "busy", ProviderErrorKind.GenerationFailed)]
    [InlineData(14, "away", ProviderErrorKind.GenerationFailed)]
    public async Task Codes_inside_operations_are_grpc_numbers(int code, string words, ProviderErrorKind kind)
    {
        var failed = Assert.IsType<PollResult.Failed>(
            await _test.PollAsync(200, $$"""{"name":"{{GoogleVeoCase.Vertex}}","done":true,"error":{"code":{{code}},"message":"{{words}}"} }"""));
        Assert.Equal(kind, failed.Kind);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("OK")]
    [InlineData("[]")]
    [InlineData("""{"name":"publishers/google/models/veo/operations/another"}""")]
    [InlineData("""{"name":"a/operations/6f1c2b1e-0d1a-4a53-9e65-0f4b8d1c2a77","done":"reviewing"}""")]
    [InlineData("""{"done":true,"response":{}}""")]
    [InlineData("""{"done":true,"response":{"videos":[{"gcsUri":"file:///etc/passwd"}]}}""")]
    [InlineData("""{"done":true}""")]
    public async Task An_answer_that_says_nothing_is_unreadable(string body) => Assert.IsType<PollResult.Unreadable>(await _test.PollAsync(200, body));

    [Theory]
    [InlineData(403, "error.403.unknown.json", ProviderErrorKind.NotFound)]
    [InlineData(403, "error.403.list.json", ProviderErrorKind.Unauthorized)]
    [InlineData(404, "error.404.retired.json", ProviderErrorKind.NotFound)]
    [InlineData(429, "error.429.json", ProviderErrorKind.Unavailable)]
    [InlineData(400, "error.400.aspect.json", ProviderErrorKind.Unavailable)]
    public async Task A_read_that_fails_says_why(int status, string fixture, ProviderErrorKind kind)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.PollAsync(status, GoogleVeoCase.Fixture(fixture)));
        Assert.Equal((kind, kind == ProviderErrorKind.NotFound ? 3 : null), (exception.Kind, exception.ConfirmationCount));
    }

    [Fact]
    public async Task An_account_is_tried_out_with_an_operation_that_cannot_be()
    {
        _test.Upstream.Answer(403, GoogleVeoCase.Fixture("error.403.unknown.json"));
        Assert.Contains("not found", await _test.Provider.TestAsync(_test.Account(GoogleVeoCase.GeminiSurface), TestContext.Current.CancellationToken));
        _test.Upstream.Answer(403, GoogleVeoCase.Fixture("error.403.list.json"));
        var blocked = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.TestAsync(_test.Account(), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unauthorized, blocked.Kind);
    }

    private async Task OpenAsync(PollResult.Succeeded done)
    {
        _test.Upstream.Answer(200, "MP4!"u8.ToArray(), "video/mp4");
        var opened = await Assert.IsType<ProviderOutput.Opened>(Assert.Single(done.Outputs)).OpenAsync(TestContext.Current.CancellationToken);
        await using var content = Assert.IsType<OutputContent.Bytes>(opened).Content;
        Assert.Equal("MP4!", await new StreamReader(content).ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
