using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What a poll's answer is taken for.</summary>
public sealed class KlingPollTests
{
    private readonly KlingCase _test = new();

    [Fact]
    public async Task A_poll_reads_the_task_under_the_path_it_was_created_on()
    {
        await PollAsync(200, KlingCase.Fixture("poll.submitted.json"), family: "video-extend");
        Assert.Equal(
            (HttpMethod.Get, "https://upstream.example/v1/videos/video-extend/801234567890123456"),
            (_test.Upstream.Request.Method, _test.Upstream.Request.Url.AbsoluteUri));
        Assert.StartsWith("Bearer ey", _test.Upstream.Request.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("submitted", "queued")]
    [InlineData("processing", "running")]
    [InlineData("PROCESSING", "running")]
    [InlineData("succeed", "succeeded")]
    [InlineData("succeeded", "succeeded")]
    [InlineData("failed", "GenerationFailed")]
    [InlineData("reviewing", "unreadable")]
    [InlineData("", "unreadable")]
    public async Task Every_status_word_has_one_meaning_in_either_generation(string word, string meaning)
    {
        var legacy = await PollAsync(200, $$"""{"code":0,"data":{"task_status":"{{word}}","task_result":{"videos":[{"url":"https://a.example/x.mp4"}]} } }""");
        var next = await PollAsync(200, $$"""{"code":0,"data":[{"status":"{{word}}","outputs":[{"url":"https://a.example/x.mp4"}]}]}""");

        Assert.All([legacy, next], result => Assert.Equal(meaning, result switch
        {
            PollResult.Running running => running.HasStarted ? "running" : "queued",
            PollResult.Succeeded => "succeeded",
            PollResult.Failed failed => failed.Kind.ToString(),
            _ => "unreadable",
        }));
    }

    [Theory]
    [InlineData("poll.submitted.json", false)]
    [InlineData("poll.processing.json", true)]
    public async Task A_task_under_way_has_no_progress(string fixture, bool hasStarted) =>
        Assert.Equal(new PollResult.Running(hasStarted), await PollAsync(200, KlingCase.Fixture(fixture)));

    [Theory]
    [InlineData("poll.succeeded.json", "https://v16-kling-fdl.klingai.com/bs2/upload-ylab-stunt-sgp/demo.mp4?x-kcdn-pid=1", 5.1, "801234567890199999")]
    [InlineData("poll.succeeded.watermark.json", "https://v15-kling.klingai.com/marked.mp4", 10.0, "801234567890199999")]
    [InlineData("poll.succeeded.extend.json", "https://v15-kling.klingai.com/b.mp4", 9.6, "801234567890199999")]
    [InlineData("poll.succeeded.new.json", "https://v15-kling.klingai.com/x.mp4", 8.0, "80999")]
    public async Task A_result_is_a_link_with_its_length_and_the_id_that_an_extension_needs(string fixture, string link, double seconds, string videoId)
    {
        var finished = Assert.IsType<PollResult.Succeeded>(await PollAsync(200, KlingCase.Fixture(fixture)));

        Assert.Equal(link, Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(finished.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(new Usage((decimal)seconds), finished.Usage);
        Assert.Equal($$"""{"video_id":"{{videoId}}","model":"kling-v1-6"}""", finished.OutputReference?.GetRawText());
    }

    [Theory]
    [InlineData("""{"code":0,"data":{"task_status":"succeed"}}""")]
    [InlineData("""{"code":0,"data":{"task_status":"succeed","task_result":{"videos":[{"url":"file:///etc/passwd"}]}}}""")]
    [InlineData("""{"code":0,"data":{"task_id":"another","task_status":"succeed","task_result":{"videos":[{"url":"https://a.example/x.mp4"}]}}}""")]
    [InlineData("""{"code":0,"data":null}""")]
    [InlineData("""{"code":0,"data":[]}""")]
    [InlineData("""{"task_status":"succeed"}""")]
    [InlineData("OK")]
    public async Task An_answer_that_says_nothing_is_unreadable(string body) => Assert.IsType<PollResult.Unreadable>(await PollAsync(200, body));

    [Theory]
    [InlineData("poll.failed.risk.json", ProviderErrorKind.ContentRejected, "Failure to pass the risk control system")]
    [InlineData("poll.failed.picture.json", ProviderErrorKind.InvalidRequest, "The resolution or aspect ratio of the input image is invalid. Please check the input image.")]
    public async Task A_failed_task_comes_under_200_with_its_reason(string fixture, ProviderErrorKind kind, string words) =>
        Assert.Equal(new PollResult.Failed(kind, words), await PollAsync(200, KlingCase.Fixture(fixture)));

    [Fact]
    public async Task A_failure_with_other_words_or_none_is_a_failure_of_the_work()
    {
        Assert.Equal(
            new PollResult.Failed(ProviderErrorKind.GenerationFailed, "GPU lost"),
            await PollAsync(200, """{"code":0,"data":{"task_status":"failed","task_status_msg":"GPU lost"}}"""));
        Assert.Equal(
            ProviderErrorKind.GenerationFailed,
            Assert.IsType<PollResult.Failed>(await PollAsync(200, """{"code":0,"data":{"task_status":"failed"}}""")).Kind);
    }

    [Theory]
    [InlineData(404, """{"code":1203,"message":"gone"}""", ProviderErrorKind.NotFound)]
    [InlineData(200, """{"code":1203,"message":"gone"}""", ProviderErrorKind.NotFound)]
    [InlineData(401, """{"code":1004,"message":"late"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(200, """{"code":1002,"message":"who"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(429, """{"code":1304,"message":"where"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(429, """{"code":1302,"message":"slow"}""", ProviderErrorKind.Unavailable)]
    [InlineData(500, """{"code":5000,"message":"oops"}""", ProviderErrorKind.Unavailable)]
    [InlineData(503, "<html>", ProviderErrorKind.Unavailable)]
    public async Task A_read_that_fails_says_why(int status, string body, ProviderErrorKind kind)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollAsync(status, body));
        Assert.Equal((kind, kind == ProviderErrorKind.NotFound ? 3 : null), (exception.Kind, exception.ConfirmationCount));
    }

    private async Task<PollResult> PollAsync(int status, string body, string family = "text2video")
    {
        _test.Upstream.Answer(status, body);
        return await _test.Provider.PollAsync(_test.Account(), KlingCase.Reference(family), TestContext.Current.CancellationToken);
    }
}
