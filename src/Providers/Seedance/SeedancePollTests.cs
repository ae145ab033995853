using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>What polls, lists, deletes and callbacks are taken for, beside what all providers share.</summary>
public sealed class SeedancePollTests
{
    private const string Tasks = "https://ark.example/api/v3/contents/generations/tasks";

    private readonly SeedanceCase _test = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_finished_task_gives_its_link_its_length_and_its_tokens()
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture("poll.succeeded.json"));
        var done = Assert.IsType<PollResult.Succeeded>(await _test.Provider.PollAsync(_test.Account(), SeedanceCase.Reference(), Token));
        Assert.Equal((HttpMethod.Get, $"{Tasks}/{SeedanceCase.TaskId}"), (_test.Upstream.Request.Method, _test.Upstream.Request.Url.AbsoluteUri));
        Assert.Equal(new Usage(6, OutputTokens: 130_500), done.Usage);
        var url = Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value;
        Assert.EndsWith("/x/demo.mp4?X-Tos-Algorithm=TOS4-HMAC-SHA256&X-Tos-Expires=86400&X-Tos-Signature=00", url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("/x/demo.mp4")]
    [InlineData("")]
    public async Task A_link_that_is_none_is_no_result(string link)
    {
        _test.Upstream.Answer(200, $$$"""{"status":"succeeded","content":{"video_url":"{{{link}}}"}}""");
        Assert.IsType<PollResult.Unreadable>(await _test.Provider.PollAsync(_test.Account(), SeedanceCase.Reference(), Token));
    }

    [Fact]
    public async Task A_task_that_is_not_found_must_be_missed_as_often_as_the_channel_says()
    {
        _test.Upstream.Answer(404, SeedanceCase.Fixture("error.404.task.json"));
        var missing = await Assert.ThrowsAsync<ProviderException>(
            () => _test.Provider.PollAsync(_test.Account("""{"poll_404_confirmations":7}"""), SeedanceCase.Reference(), Token));
        Assert.Equal((ProviderErrorKind.NotFound, 7), (missing.Kind, missing.ConfirmationCount));
    }

    [Fact]
    public async Task Many_tasks_are_read_with_one_list()
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture("list.json"));
        var results = await _test.Provider.PollManyAsync(
            _test.Account(), [SeedanceCase.Reference("cgt-20261121090001-zzzzz"), SeedanceCase.Reference("cgt-missing"), SeedanceCase.Reference()], Token);
        Assert.Equal(
            Tasks + "?page_num=1&page_size=3&filter.task_ids=cgt-20261121090001-zzzzz&filter.task_ids=cgt-missing&filter.task_ids=" + SeedanceCase.TaskId,
            _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(new PollResult.Running(HasStarted: false), results[0]);
        Assert.Null(results[1]);
        Assert.IsType<PollResult.Succeeded>(results[2]);
    }

    [Theory]
    [InlineData(200, "{}")]
    [InlineData(200, "[]")]
    [InlineData(200, "<html>")]
    [InlineData(500, """{"error":{"code":"InternalServiceError","message":"no"}}""")]
    public async Task A_list_that_is_none_tells_nothing_of_any_task(int status, string body)
    {
        _test.Upstream.Answer(status, body);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollManyAsync(_test.Account(), [SeedanceCase.Reference()], Token));
        Assert.Equal(ProviderErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task An_empty_list_names_nothing_and_a_channel_without_lists_reads_alone()
    {
        _test.Upstream.Answer(200, """{"total":0}""");
        Assert.Null(Assert.Single(await _test.Provider.PollManyAsync(_test.Account(), [SeedanceCase.Reference()], Token)));
        _test.Upstream.Requests.Clear();
        Assert.Null(Assert.Single(await _test.Provider.PollManyAsync(_test.Account("""{"batch_polls":false}"""), [SeedanceCase.Reference()], Token)));
        Assert.Empty(_test.Upstream.Requests);
    }

    [Theory]
    [InlineData("poll.running.json", CancelResult.Refused)]
    [InlineData("poll.succeeded.json", CancelResult.Refused)]
    [InlineData("poll.failed.policy.json", CancelResult.Refused)]
    [InlineData("poll.expired.json", CancelResult.Refused)]
    [InlineData("poll.cancelled.json", CancelResult.Confirmed)]
    public async Task Only_a_queued_task_is_deleted_since_a_delete_takes_away_results(string state, CancelResult result)
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture(state));
        Assert.Equal(result, await _test.Provider.CancelAsync(_test.Account(), SeedanceCase.Reference(), Token));
        Assert.Equal(HttpMethod.Get, _test.Upstream.Request.Method);
    }

    [Theory]
    [InlineData(200, "{}", CancelResult.Confirmed)]
    [InlineData(200, "", CancelResult.Confirmed)]
    [InlineData(409, """{"error":{"code":"InvalidParameter","message":"running"}}""", CancelResult.Refused)]
    [InlineData(400, """{"error":{"code":"InvalidAction.RunningTaskDeletion","message":"running"}}""", CancelResult.Refused)]
    public async Task A_queued_task_is_cancelled_unless_it_begins_in_between(int status, string body, CancelResult result)
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture("poll.queued.json")).Answer(status, body);
        Assert.Equal(result, await _test.Provider.CancelAsync(_test.Account(), SeedanceCase.Reference(), Token));
        Assert.Equal((HttpMethod.Delete, $"{Tasks}/{SeedanceCase.TaskId}"), (_test.Upstream.Requests[1].Method, _test.Upstream.Requests[1].Url.AbsoluteUri));
    }

    [Theory]
    [InlineData(200, "<html>", ProviderErrorKind.Unavailable)]
    [InlineData(409, "<html>", ProviderErrorKind.Unavailable)]
    [InlineData(404, """{"error":{"code":"NotFound.Task","message":"gone"}}""", ProviderErrorKind.NotFound)]
    [InlineData(401, """{"error":{"code":"AuthenticationError","message":"no"}}""", ProviderErrorKind.Unauthorized)]
    public async Task A_delete_that_was_not_answered_by_ark_confirms_nothing(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture("poll.queued.json")).Answer(status, body);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.CancelAsync(_test.Account(), SeedanceCase.Reference(), Token));
        Assert.Equal(kind, failure.Kind);
    }

    [Fact]
    public void A_callback_tells_which_task_to_look_at_and_is_never_believed()
    {
        var body = System.Text.Encoding.UTF8.GetBytes(SeedanceCase.Fixture("callback.json"));
        var reading = _test.Provider.ReadCallback(_test.Account(), new Dictionary<string, string>(), body);
        Assert.Equal(new CallbackReading(SeedanceCase.TaskId, null, false), reading);
        Assert.Null(_test.Provider.ReadCallback(_test.Account(), new Dictionary<string, string>(), """{"id":"cgt-1"}"""u8.ToArray()));
    }

    [Fact]
    public async Task A_lost_order_goes_on_from_the_id_that_a_callback_or_an_operator_tells()
    {
        var reference = _test.Provider.ReferenceOf(SeedanceCase.Boat, SeedanceCase.TaskId);
        Assert.Equal($$"""{"id":"{{SeedanceCase.TaskId}}"}""", reference!.Value.GetRawText());
        foreach (var wrong in new[] { "", " ", ".", "..", new string('x', 201) })
            Assert.Null(_test.Provider.ReferenceOf(SeedanceCase.Boat, wrong));
        await Assert.ThrowsAsync<ArgumentException>(() => _test.Provider.PollAsync(_test.Account(), JsonElement.Parse("{}"), Token));
    }
}
