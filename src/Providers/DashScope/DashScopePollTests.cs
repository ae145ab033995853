using Reelay.Providers;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>What answers mean beyond the cases that all providers share.</summary>
public sealed class DashScopePollTests
{
    private readonly DashScopeCase _case = new();

    [Fact]
    public async Task A_result_is_a_link_with_the_seconds_of_the_output_alone()
    {
        var done = Assert.IsType<PollResult.Succeeded>(await _case.PollAsync(DashScopeCase.Fixture("poll.succeeded.edit.json")));
        Assert.StartsWith("https://dashscope-result-sgp.oss-ap-southeast-1.aliyuncs.com/", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(6.62m, done.Usage?.Seconds);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("""{"unknown_confirmations":7}""", 7)]
    public async Task Unknown_counts_only_after_it_was_seen_more_than_once(string? options, int count)
    {
        var unknown = await Assert.ThrowsAsync<ProviderException>(() => _case.PollAsync(DashScopeCase.Fixture("poll.unknown.json"), options: options));
        Assert.Equal((ProviderErrorKind.NotFound, count), (unknown.Kind, unknown.ConfirmationCount));
    }

    [Fact]
    public async Task An_answer_about_another_task_ends_nothing()
    {
        var body = DashScopeCase.Fixture("poll.failed.json").Replace(DashScopeCase.TaskId, "another", StringComparison.Ordinal);
        Assert.IsType<PollResult.Unreadable>(await _case.PollAsync(body));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"ftp://files.example/x.mp4\"")]
    [InlineData("\"x.mp4\"")]
    [InlineData("7")]
    public async Task A_result_without_a_link_is_none(string link) => Assert.IsType<PollResult.Unreadable>(
        await _case.PollAsync($$$"""{"output":{"task_id":"{{{DashScopeCase.TaskId}}}","task_status":"SUCCEEDED","video_url":{{{link}}}}}"""));

    [Fact]
    public async Task Odd_types_beside_the_state_do_no_harm()
    {
        var body = $$$"""{"output":{"task_id":"{{{DashScopeCase.TaskId}}}","task_status":"SUCCEEDED","video_url":"https://a.example/x","code":null},"usage":{"duration":"8","SR":"720"}}""";
        Assert.Equal(8, Assert.IsType<PollResult.Succeeded>(await _case.PollAsync(body)).Usage?.Seconds);
    }

    [Theory]
    [InlineData(200, "cancel.ok.json", CancelResult.Confirmed)]
    [InlineData(400, "cancel.refused.json", CancelResult.Refused)]
    public async Task A_cancel_is_confirmed_only_while_the_task_waits(int status, string fixture, CancelResult result)
    {
        _case.Upstream.Answer(status, DashScopeCase.Fixture(fixture));
        Assert.Equal(result, await _case.Provider.CancelAsync(_case.Account(), DashScopeCase.Reference, TestContext.Current.CancellationToken));
        var sent = _case.Upstream.Request;
        Assert.Equal(
            (HttpMethod.Post, $"https://upstream.example/api/v1/tasks/{DashScopeCase.TaskId}/cancel", ""), (sent.Method, sent.Url.AbsoluteUri, sent.Body));
    }

    [Theory]
    [InlineData(400, "error.400.json", ProviderErrorKind.Unavailable)]
    [InlineData(401, "error.401.json", ProviderErrorKind.Unauthorized)]
    [InlineData(200, "error.400.json", ProviderErrorKind.Unavailable)]
    public async Task Any_other_answer_to_a_cancel_settles_nothing(int status, string fixture, ProviderErrorKind kind)
    {
        _case.Upstream.Answer(status, DashScopeCase.Fixture(fixture));
        var failure = await Assert.ThrowsAsync<ProviderException>(
            () => _case.Provider.CancelAsync(_case.Account(), DashScopeCase.Reference, TestContext.Current.CancellationToken));
        Assert.Equal(kind, failure.Kind);
    }

    [Theory]
    [InlineData("../uploads")]
    [InlineData("a b")]
    [InlineData("")]
    public void What_cannot_be_an_id_is_taken_up_by_nobody(string id) => Assert.Null(_case.Provider.ReferenceOf(DashScopeCase.Clip, id));
}
