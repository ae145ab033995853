using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>What a poll's answer is taken for, and what a cancel's is.</summary>
public sealed class OpenAiPollTests
{
    private readonly OpenAiCase _test = new();

    [Fact]
    public async Task A_poll_asks_for_the_job_by_its_escaped_id()
    {
        await PollAsync(200, OpenAiCase.Fixture("openai.poll.queued.json"), id: "video_YWI=/..?x");

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Get, "https://upstream.example/v1/videos/video_YWI%3D%2F..%3Fx"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal("Bearer " + OpenAiCase.Key, request.Headers["Authorization"]);
        Assert.False(request.Headers.ContainsKey("X-Client-Request-Id"));
    }

    [Theory]
    [InlineData("openai.poll.queued.json", false, 0.0)]
    [InlineData("openai.poll.running.json", true, 33.0)]
    [InlineData("vllm_omni.poll.running.json", true, 0.0)]
    [InlineData("sglang.poll.queued.json", false, 0.0)]
    [InlineData("trtllm.poll.generating.json", true, null)]
    [InlineData("gateway.poll.running.json", true, 45.0)]
    [InlineData("gateway.create.ok.json", false, 0.0)]
    public async Task A_job_under_way_keeps_its_progress(string fixture, bool hasStarted, double? progress)
    {
        var running = Assert.IsType<PollResult.Running>(await PollAsync(200, OpenAiCase.Fixture(fixture)));
        Assert.Equal((hasStarted, progress, null), (running.HasStarted, running.Progress, running.PollAfter));
    }

    [Theory]
    [InlineData("queued", "queued")]
    [InlineData("pending", "queued")]
    [InlineData("submitted", "queued")]
    [InlineData("queueing", "queued")]
    [InlineData("in_progress", "running")]
    [InlineData("processing", "running")]
    [InlineData("generating", "running")]
    [InlineData("postprocessing", "running")]
    [InlineData("running", "running")]
    [InlineData("completed", "succeeded")]
    [InlineData("succeeded", "succeeded")]
    [InlineData("success", "succeeded")]
    [InlineData("done", "succeeded")]
    [InlineData("COMPLETED", "succeeded")]
    [InlineData("failed", "GenerationFailed")]
    [InlineData("failure", "GenerationFailed")]
    [InlineData("error", "GenerationFailed")]
    [InlineData("cancelled", "Cancelled")]
    [InlineData("canceled", "Cancelled")]
    [InlineData("deleted", "Cancelled")]
    [InlineData("expired", "Expired")]
    [InlineData("unknown", "unreadable")]
    [InlineData("rendering_v2", "unreadable")]
    [InlineData("", "unreadable")]
    public async Task Every_status_word_has_one_meaning_and_an_unknown_one_is_unreadable(string word, string meaning)
    {
        var result = await PollAsync(200, $$"""{"id":"video_1","object":"video","status":"{{word}}"}""");
        Assert.Equal(meaning, result switch
        {
            PollResult.Running running => running.HasStarted ? "running" : "queued",
            PollResult.Succeeded => "succeeded",
            PollResult.Failed failed => failed.Kind.ToString(),
            _ => "unreadable",
        });
    }

    [Theory]
    [InlineData("\"40\"", 40.0)]
    [InlineData("\"40%\"", 40.0)]
    [InlineData("12.5", 12.5)]
    [InlineData("-3", 0.0)]
    [InlineData("250", 100.0)]
    [InlineData("1e400", null)]
    [InlineData("null", null)]
    [InlineData("\"soon\"", null)]
    [InlineData("[1]", null)]
    public async Task Progress_may_be_text_and_is_nothing_when_it_says_nothing(string json, double? progress)
    {
        var result = await PollAsync(200, $$"""{"status":"running","progress":{{json}}}""");
        Assert.Equal(progress, Assert.IsType<PollResult.Running>(result).Progress);
    }

    [Theory]
    [InlineData("openai-poll-after-ms", "2500", 2.5)]
    [InlineData("retry-after-ms", "700", 0.7)]
    [InlineData("Retry-After", "3", 3.0)]
    [InlineData("Retry-After", "Sat, 21 Nov 2026 05:45:10 GMT", 10.0)]
    [InlineData("Retry-After", "99999999", 86400.0)]
    [InlineData("Retry-After", "-1", 0.0)]
    [InlineData("Retry-After", "later", null)]
    public async Task The_upstreams_own_wait_is_passed_on(string header, string value, double? seconds)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.running.json"), "application/json", (header, value));
        var result = await _test.Provider.PollAsync(_test.Account(), OpenAiCase.Reference("v"), TestContext.Current.CancellationToken);
        Assert.Equal(seconds, Assert.IsType<PollResult.Running>(result).PollAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData(200, "openai.poll.failed.json", ProviderErrorKind.ContentRejected, "moderation_blocked: The output was blocked by our moderation system.")]
    [InlineData(500, "vllm_omni.poll.failed.500.json", ProviderErrorKind.GenerationFailed, "500: The engine ran out of memory.")]
    [InlineData(404, "vllm_omni.poll.failed.500.json", ProviderErrorKind.GenerationFailed, "500: The engine ran out of memory.")]
    [InlineData(200, "sglang.poll.failed.json", ProviderErrorKind.GenerationFailed, "CUDA out of memory")]
    [InlineData(200, "trtllm.poll.failed.json", ProviderErrorKind.GenerationFailed, "Video generation failed: output.video is None")]
    [InlineData(200, "gateway.poll.failed.json", ProviderErrorKind.GenerationFailed, "task_failed: task failed")]
    public async Task A_failed_job_says_why_in_every_servers_shape(int status, string fixture, ProviderErrorKind kind, string message)
    {
        var failed = Assert.IsType<PollResult.Failed>(await PollAsync(status, OpenAiCase.Fixture(fixture)));
        Assert.Equal((kind, message, FailureCharge.None), (failed.Kind, failed.Message, failed.Charge));
    }

    [Theory]
    [InlineData("""{"status":"failed"}""", "the job ended as failed")]
    [InlineData("""{"status":"failed","error":{"code":17}}""", "17: ")]
    [InlineData("""{"status":"failed","detail":[{"loc":["body","size"],"msg":"too large"},"and more"]}""", "body.size: too large; and more")]
    [InlineData("""{"status":"failed","error":"key sk-test-secret-0001 refused"}""", "key *** refused")]
    public async Task Errors_of_any_shape_become_words_without_secrets(string body, string message) =>
        Assert.Equal(message, Assert.IsType<PollResult.Failed>(await PollAsync(200, body)).Message);

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"id":"video_1","object":"video"}""")]
    [InlineData(200, """{"status":"comple""")]
    [InlineData(200, """{"error":{"message":"odd"}}""")]
    [InlineData(204, "")]
    public async Task A_good_status_without_a_job_is_unreadable(int status, string body) =>
        Assert.IsType<PollResult.Unreadable>(await PollAsync(status, body));

    [Theory]
    [InlineData(404, "trtllm.error.404.json", ProviderErrorKind.NotFound)]
    [InlineData(400, "gateway.error.400.unknown-task.json", ProviderErrorKind.NotFound)]
    [InlineData(401, "openai.error.401.json", ProviderErrorKind.Unauthorized)]
    [InlineData(400, "openai.error.400.json", ProviderErrorKind.Unavailable)]
    [InlineData(429, "openai.error.429.json", ProviderErrorKind.Unavailable)]
    [InlineData(500, "openai.error.500.json", ProviderErrorKind.Unavailable)]
    [InlineData(503, "openai.error.503.json", ProviderErrorKind.Unavailable)]
    [InlineData(302, "openai.poll.running.json", ProviderErrorKind.Unavailable)]
    public async Task A_poll_that_fails_ends_no_job(int status, string fixture, ProviderErrorKind kind)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollAsync(status, OpenAiCase.Fixture(fixture)));
        Assert.Equal((kind, status), (exception.Kind, exception.StatusCode));
        Assert.Equal(kind == ProviderErrorKind.NotFound ? 3 : null, exception.ConfirmationCount);
        Assert.DoesNotContain(OpenAiCase.Key, exception.ToString() + exception.RawBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_404_is_not_found_with_the_channels_number_of_confirmations()
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollAsync(404, "", """{"poll_404_confirmations":7}"""));
        Assert.Equal((ProviderErrorKind.NotFound, 7), (exception.Kind, exception.ConfirmationCount));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.ResponseEnded)]
    public async Task A_poll_without_an_answer_is_unavailable(HttpRequestError error)
    {
        _test.Upstream.Fail(new HttpRequestException(error));
        var exception = await Assert.ThrowsAsync<ProviderException>(
            () => _test.Provider.PollAsync(_test.Account(), OpenAiCase.Reference("v"), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unavailable, exception.Kind);
    }

    [Fact]
    public async Task A_poll_that_is_called_off_says_so()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        _test.Upstream.Hang();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _test.Provider.PollAsync(_test.Account(), OpenAiCase.Reference("v"), stop.Token));
    }

    [Theory]
    [InlineData("vllm_omni", "vllm_omni.delete.ok.json", 200, CancelResult.Confirmed)]
    [InlineData("trtllm", "trtllm.delete.ok.json", 200, CancelResult.Confirmed)]
    [InlineData("vllm_omni", "vllm_omni.error.400.json", 409, CancelResult.Refused)]
    [InlineData("trtllm", "openai.poll.running.json", 200, CancelResult.Refused)]
    public async Task A_delete_cancels_only_if_the_server_confirms_it(string profile, string fixture, int status, CancelResult result)
    {
        var account = _test.Account($$"""{"profile":"{{profile}}"}""");
        _test.Upstream.Answer(status, OpenAiCase.Fixture(fixture));

        Assert.True(_test.Provider.CanCancel(account));
        Assert.Equal(result, await _test.Provider.CancelAsync(account, OpenAiCase.Reference("v 1"), TestContext.Current.CancellationToken));
        Assert.Equal(
            (HttpMethod.Delete, "https://upstream.example/v1/videos/v%201"), (_test.Upstream.Request.Method, _test.Upstream.Request.Url.AbsoluteUri));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("sglang")]
    [InlineData("gateway")]
    public async Task A_server_whose_delete_stops_nothing_is_never_asked_to_cancel(string profile)
    {
        var account = _test.Account($$"""{"profile":"{{profile}}"}""");

        Assert.False(_test.Provider.CanCancel(account));
        Assert.Equal(CancelResult.Refused, await _test.Provider.CancelAsync(account, OpenAiCase.Reference("v"), TestContext.Current.CancellationToken));
        Assert.Empty(_test.Upstream.Requests);
    }

    [Theory]
    [InlineData(404, ProviderErrorKind.NotFound)]
    [InlineData(500, ProviderErrorKind.Unavailable)]
    public async Task A_cancel_without_a_clear_answer_confirms_nothing(int status, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, "");
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.CancelAsync(
            _test.Account("""{"profile":"vllm_omni"}"""), OpenAiCase.Reference("v"), TestContext.Current.CancellationToken));
        Assert.Equal(kind, exception.Kind);
    }

    private Task<PollResult> PollAsync(int status, string body, string? options = null, string id = "video_1")
    {
        _test.Upstream.Answer(status, body);
        return _test.Provider.PollAsync(_test.Account(options), OpenAiCase.Reference(id), TestContext.Current.CancellationToken);
    }
}
