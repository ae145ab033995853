using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>The second and third step, and the cancel of the second protocol.</summary>
public sealed class HailuoPollTests
{
    private const string Ok = """{"status_code":0,"status_msg":"success"}""";
    private static readonly JsonElement First = JsonElement.Parse($$"""{"protocol":"v1","task_id":"{{HailuoCase.TaskId}}"}""");
    private static readonly JsonElement Second = JsonElement.Parse("""{"protocol":"v2","task_id":"h3-20261121-0001"}""");

    private readonly HailuoCase _test = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_opening_of_a_result_asks_for_a_fresh_link_and_the_link_gets_no_key()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.poll.success.json")).Answer(200, HailuoCase.Fixture("v1.file.ok.json"))
            .Answer(200, HailuoCase.Fixture("v1.file.ok.json").Replace("abc", "def", StringComparison.Ordinal));
        var opened = await SucceededAsync();
        foreach (var name in new[] { "abc", "def" })
        {
            var elsewhere = Assert.IsType<OutputContent.Elsewhere>(await opened.OpenAsync(Token));
            Assert.Equal($"https://public-cdn.example/o/{name}.mp4?Expires=1795252900&Signature=s", elsewhere.Url.Value.AbsoluteUri);
        }

        Assert.Equal(
            [
                $"https://api.minimax.io/v1/query/video_generation?task_id={HailuoCase.TaskId}",
                "https://api.minimax.io/v1/files/retrieve?file_id=268831775004321", "https://api.minimax.io/v1/files/retrieve?file_id=268831775004321",
            ],
            _test.Upstream.Requests.Select(request => request.Url.AbsoluteUri));
    }

    [Fact]
    public async Task Ids_may_be_numbers_and_a_second_link_stands_in_for_the_first()
    {
        _test.Upstream.Answer(200, $$"""{"task_id":{{HailuoCase.TaskId}},"status":"success","file_id":9007199254740993,"base_resp":{{Ok}}}""")
            .Answer(200, $$$"""{"file":{"download_url":"","backup_download_url":"https://b.example/x.mp4"},"base_resp":{{{Ok}}}}""");
        var elsewhere = Assert.IsType<OutputContent.Elsewhere>(await (await SucceededAsync()).OpenAsync(Token));
        Assert.Equal("https://b.example/x.mp4", elsewhere.Url.Value.AbsoluteUri);
        Assert.EndsWith("file_id=9007199254740993", _test.Upstream.Requests[1].Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"base_resp":{"status_code":2013,"status_msg":"file not found"}}""", ProviderErrorKind.Expired)]
    [InlineData(200, """{"base_resp":{"status_code":1013,"status_msg":"internal"}}""", ProviderErrorKind.Unavailable)]
    [InlineData(200, """{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}""", ProviderErrorKind.Unauthorized)]
    [InlineData(200, """{"file":{"download_url":"file:///etc/passwd"},"base_resp":{"status_code":0}}""", ProviderErrorKind.Unavailable)]
    [InlineData(200, "nothing", ProviderErrorKind.Unavailable)]
    [InlineData(503, "", ProviderErrorKind.Unavailable)]
    public async Task A_file_that_cannot_be_retrieved_is_told_as_such(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.poll.success.json")).Answer(status, body);
        var opened = await SucceededAsync();
        Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(() => opened.OpenAsync(Token))).Kind);
    }

    [Fact]
    public async Task A_failure_without_a_reason_says_so_and_one_with_a_reason_tells_it()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.poll.fail.zero.json")).Answer(200, HailuoCase.Fixture("v1.poll.fail.content.json"));
        Assert.Equal("the task failed without a reason", Assert.IsType<PollResult.Failed>(await PollAsync(First)).Message);
        Assert.Equal("1027 output new_sensitive", Assert.IsType<PollResult.Failed>(await PollAsync(First)).Message);
    }

    [Fact]
    public async Task An_answer_about_another_task_says_nothing()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.poll.success.json").Replace(HailuoCase.TaskId, "7", StringComparison.Ordinal))
            .Answer(200, HailuoCase.Fixture("v2.poll.succeeded.json").Replace("0001", "0002", StringComparison.Ordinal));
        Assert.IsType<PollResult.Unreadable>(await PollAsync(First));
        Assert.IsType<PollResult.Unreadable>(await PollAsync(Second));
    }

    [Fact]
    public async Task A_task_that_is_not_known_needs_as_many_readings_as_the_channel_says()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.error.2013.json")).Answer(404, "");
        foreach (var options in new[] { """{"poll_404_confirmations":5}""", """{"poll_404_confirmations":7}""" })
        {
            var error = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollAsync(_test.Account(options), First, Token));
            Assert.Equal((ProviderErrorKind.NotFound, options.Contains('5', StringComparison.Ordinal) ? 5 : 7), (error.Kind, error.ConfirmationCount));
        }
    }

    [Fact]
    public async Task The_second_protocol_has_the_link_and_the_seconds_in_the_task()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v2.poll.succeeded.json"));
        var done = Assert.IsType<PollResult.Succeeded>(await PollAsync(Second));
        Assert.Equal("https://cdn.example/h3.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(8, done.Usage?.Seconds);
        Assert.Equal("https://api.minimax.io/v2/query/video_generation/h3-20261121-0001", _test.Upstream.Request.Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_cancel_takes_out_what_waits()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v2.poll.queued.json"))
            .Answer(200, """{"task_id":"h3-20261121-0001","action":"cancel","status":"cancelled"}""");
        Assert.Equal(CancelResult.Confirmed, await CancelAsync(Second));
        Assert.Equal((HttpMethod.Delete, "https://api.minimax.io/v2/video_generation/h3-20261121-0001"), (_test.Upstream.Requests[1].Method, _test.Upstream.Requests[1].Url.AbsoluteUri));
    }

    [Theory]
    [InlineData("v2.poll.running.json")]
    [InlineData("v2.poll.succeeded.json")]
    [InlineData("v2.poll.failed.json")]
    public async Task A_cancel_never_deletes_the_record_of_what_runs_or_has_ended(string fixture)
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture(fixture));
        Assert.Equal(CancelResult.Refused, await CancelAsync(Second));
        Assert.Equal(HttpMethod.Get, _test.Upstream.Request.Method);
    }

    [Fact]
    public async Task A_cancel_of_what_has_begun_meanwhile_is_refused_and_the_first_protocol_has_none()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v2.poll.queued.json")).Answer(400, HailuoCase.Fixture("v2.error.400.json"));
        Assert.Equal(CancelResult.Refused, await CancelAsync(Second));
        Assert.Equal(CancelResult.Refused, await CancelAsync(First));
        Assert.Equal(2, _test.Upstream.Requests.Count);
        Assert.True(_test.Provider.CanCancel(_test.Account()));
        Assert.False(_test.Provider.CanCancel(_test.Account("""{"protocol":"v1"}""")));
        Assert.True(_test.Provider.CanCancel(_test.Account(), Second));
        Assert.False(_test.Provider.CanCancel(_test.Account(), First));
    }

    private Task<PollResult> PollAsync(JsonElement reference) => _test.Provider.PollAsync(_test.Account(), reference, Token);

    private Task<CancelResult> CancelAsync(JsonElement reference) => _test.Provider.CancelAsync(_test.Account(), reference, Token);

    private async Task<ProviderOutput.Opened> SucceededAsync() =>
        Assert.IsType<ProviderOutput.Opened>(Assert.Single(Assert.IsType<PollResult.Succeeded>(await PollAsync(First)).Outputs));
}
