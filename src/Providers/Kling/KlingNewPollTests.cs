using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>How tasks of the new generation are read: alone, together, by our own mark, and by an id that somebody else told.</summary>
public sealed class KlingNewPollTests
{
    private const string Other = "801234567890123457";
    private const string Third = "801234567890123458";

    private readonly KlingCase _test = new();

    [Fact]
    public async Task An_acceptance_is_kept_as_a_task_whatever_its_path()
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("new.submit.ok.json"));
        var accepted = Assert.IsType<Submission.Accepted>(await _test.Provider.SubmitAsync(
            KlingCase.Order(Account(), KlingNewCase.BoatClip), TestContext.Current.CancellationToken));
        Assert.Equal(KlingCase.TaskId, accepted.UpstreamId);
        Assert.Equal("""{"family":"tasks","task_id":"801234567890123456","model":"kling-v3"}""", accepted.Reference.GetRawText());
    }

    [Fact]
    public async Task A_task_is_read_out_of_a_list_and_its_result_is_a_link_with_its_length()
    {
        var finished = Assert.IsType<PollResult.Succeeded>(await PollAsync("poll.succeeded.new.json"));
        Assert.Equal("https://upstream.example/tasks?task_ids=801234567890123456", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal("Bearer api-key-kling-0001", _test.Upstream.Request.Headers["Authorization"]);
        Assert.Equal("https://v15-kling.klingai.com/x.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(finished.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(new Usage(8), finished.Usage);
    }

    [Fact]
    public async Task A_failure_keeps_its_words() => Assert.Equal(
        new PollResult.Failed(ProviderErrorKind.ContentRejected, "Failure to pass the risk control system"), await PollAsync("new.poll.failed.risk.json"));

    [Fact]
    public async Task An_empty_list_does_not_know_the_task_and_has_to_say_so_more_than_once()
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollAsync("new.poll.unknown.json", """{"dialect":"new","poll_404_confirmations":5}"""));
        Assert.Equal((ProviderErrorKind.NotFound, 5), (exception.Kind, exception.ConfirmationCount));
    }

    [Theory]
    [InlineData("""{"code":0,"data":[{"id":"8","status":"failed"}]}""")]
    [InlineData("""{"code":0,"data":[7]}""")]
    [InlineData("""{"code":0,"data":{"id":"801234567890123456","status":"failed"}}""")]
    [InlineData("""{"code":0,"data":null}""")]
    [InlineData("OK")]
    public async Task An_answer_that_says_nothing_is_unreadable(string body)
    {
        _test.Upstream.Answer(200, body);
        Assert.IsType<PollResult.Unreadable>(await _test.Provider.PollAsync(Account(), KlingCase.Reference("tasks"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_are_read_with_one_call_and_what_it_leaves_out_is_null()
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("new.poll.many.json"));
        var results = await PollManyAsync(
            KlingNewCase.Options, KlingCase.Reference("tasks"), KlingCase.Reference("tasks", Other), KlingCase.Reference("omni-video"), KlingCase.Reference("tasks", Third));

        Assert.Equal("https://upstream.example/tasks?task_ids=801234567890123456,801234567890123457,801234567890123458", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.IsType<PollResult.Succeeded>(results[0]);
        Assert.Equal([null, null, new PollResult.Failed(ProviderErrorKind.GenerationFailed, "GPU lost")], results.Skip(1));
        Assert.Equal(20, _test.Provider.MaxBatchCount);
    }

    [Fact]
    public async Task Without_batches_and_for_legacy_tasks_nothing_is_asked_and_each_is_read_alone()
    {
        Assert.Equal([null], await PollManyAsync("""{"dialect":"new","batch_polls":false}""", KlingCase.Reference("tasks")));
        Assert.Equal([null, null], await PollManyAsync(KlingNewCase.Options, KlingCase.Reference(), KlingCase.Reference("omni-video")));
        Assert.Empty(_test.Upstream.Requests);
    }

    [Theory]
    [InlineData(200, """{"code":0,"data":{}}""", ProviderErrorKind.Unavailable)]
    [InlineData(404, "", ProviderErrorKind.Unavailable)]
    [InlineData(500, """{"code":5000,"message":"oops"}""", ProviderErrorKind.Unavailable)]
    [InlineData(401, """{"code":1002,"message":"who"}""", ProviderErrorKind.Unauthorized)]
    public async Task A_batch_that_is_no_list_says_nothing_of_any_task(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, body);
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollManyAsync(KlingNewCase.Options, KlingCase.Reference("tasks")));
        Assert.Equal(kind, exception.Kind);
    }

    [Fact]
    public async Task A_lost_submission_is_read_by_our_own_mark()
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("new.poll.submitted.json"));
        var found = Assert.Single(await FindAsync(KlingNewCase.Options));
        Assert.Equal("https://upstream.example/tasks?external_task_ids=att_7", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal((KlingCase.TaskId, true, KlingCase.Now), (found.UpstreamId, found.IsMatch, found.CreatedAt));
        Assert.Equal("""{"family":"tasks","task_id":"801234567890123456","model":"kling-v3"}""", found.Reference.GetRawText());

        _test.Upstream.Answer(200, """{"code":0,"data":[{"id":"8","external_id":"another"}]}""");
        Assert.False(Assert.Single(await FindAsync(KlingNewCase.Options)).IsMatch);
    }

    [Theory]
    [InlineData(200, """{"code":0,"data":[]}""", true)]
    [InlineData(200, """{"code":0,"data":null}""", false)]
    [InlineData(404, """{"code":1203,"message":"gone"}""", false)]
    [InlineData(500, """{"code":5000,"message":"oops"}""", false)]
    public async Task An_empty_list_is_believed_only_where_the_channel_says_so_and_nothing_else_ever(int status, string body, bool isAbsent)
    {
        _test.Upstream.Answer(status, body).Answer(status, body);
        Assert.Equal(ProviderErrorKind.Unavailable, (await Assert.ThrowsAsync<ProviderException>(() => FindAsync(KlingNewCase.Options))).Kind);
        const string trusting = """{"dialect":"new","trust_absence":true}""";
        if (isAbsent)
            Assert.Empty(await FindAsync(trusting));
        else
            await Assert.ThrowsAsync<ProviderException>(() => FindAsync(trusting));
    }

    // An operator or a callback tells the id alone: the channel's dialect says where it is read, a new name says it by itself.
    [Theory]
    [InlineData("kling-v3", "{}", "https://upstream.example/v1/videos/text2video/8")]
    [InlineData("kling-v3", """{"dialect":"new"}""", "https://upstream.example/tasks?task_ids=8")]
    [InlineData("kling-3.0-turbo", """{"dialect":"new"}""", "https://upstream.example/tasks?task_ids=8")]
    [InlineData("kling-3.0-turbo", "{}", "https://upstream.example/tasks?task_ids=8")]
    public async Task An_id_alone_is_read_in_the_channels_dialect(string model, string options, string url)
    {
        var reference = _test.Provider.ReferenceOf(KlingNewCase.BoatClip with { UpstreamModel = model }, "8");
        _test.Upstream.Answer(500, "");
        await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollAsync(
            _test.Account(options, KlingNewCase.Key), reference!.Value, TestContext.Current.CancellationToken));
        Assert.Equal(url, _test.Upstream.Request.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_task_keeps_its_generation_when_the_channel_changes_its_own()
    {
        _test.Upstream.Answer(500, "").Answer(500, "");
        await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollAsync(Account(), KlingCase.Reference(), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollAsync(
            _test.Account(credential: KlingNewCase.Key), KlingCase.Reference("tasks"), TestContext.Current.CancellationToken));
        Assert.Equal(
            ["https://upstream.example/v1/videos/text2video/801234567890123456", "https://upstream.example/tasks?task_ids=801234567890123456"],
            _test.Upstream.Requests.Select(request => request.Url.AbsoluteUri));
    }

    private ProviderAccount Account(string options = KlingNewCase.Options) => _test.Account(options, KlingNewCase.Key);

    private Task<PollResult> PollAsync(string fixture, string options = KlingNewCase.Options)
    {
        _test.Upstream.Answer(200, KlingCase.Fixture(fixture));
        return _test.Provider.PollAsync(Account(options), KlingCase.Reference("tasks"), TestContext.Current.CancellationToken);
    }

    private Task<IReadOnlyList<PollResult?>> PollManyAsync(string options, params JsonElement[] references) =>
        _test.Provider.PollManyAsync(Account(options), references, TestContext.Current.CancellationToken);

    private Task<IReadOnlyList<FoundSubmission>> FindAsync(string options) => _test.Provider.FindAsync(
        Account(options), new(KlingNewCase.BoatClip, "att_7", KlingCase.Now, KlingCase.Now.AddMinutes(1)), TestContext.Current.CancellationToken);
}
