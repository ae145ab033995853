using Reelay.Providers;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>Odd answers to create, poll, cancel and account test, and ids that no double holds.</summary>
public sealed class ViduPollTests
{
    private readonly ViduCase _test = new();

    [Theory]
    [InlineData(200, """{"task_id":"916345012887654401","state":"created"}""")]
    [InlineData(201, """{"task_id":"916345012887654401"}""")]
    [InlineData(200, """{"task_id":916345012887654401,"state":"created","credits":null,"images":null}""")]
    public async Task An_id_keeps_its_last_digit_as_a_text_or_as_a_number(int status, string body)
    {
        _test.Upstream.Answer(status, body);
        var accepted = await SubmitAsync();
        Assert.Equal("916345012887654401", accepted.UpstreamId);
        Assert.Equal("""{"task_id":"916345012887654401"}""", accepted.Reference.GetRawText());
    }

    [Theory]
    [InlineData("submit.ok.json")]
    [InlineData("submit.captured.json")]
    public async Task Both_shapes_of_an_acceptance_are_read(string fixture)
    {
        _test.Upstream.Answer(200, ViduCase.Fixture(fixture));
        Assert.Equal(ViduCase.TaskId, (await SubmitAsync()).UpstreamId);
    }

    [Theory]
    [InlineData("""{"task_id":"../credits"}""")]
    [InlineData("""{"task_id":""}""")]
    [InlineData("""{"id":"916345012887654401"}""")]
    public async Task What_cannot_be_an_id_is_no_acceptance(string body)
    {
        _test.Upstream.Answer(200, body);
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await Assert.ThrowsAsync<ProviderException>(SubmitAsync)).Kind);
    }

    [Fact]
    public async Task A_poll_names_the_task_and_keeps_the_signed_link_to_the_byte()
    {
        var succeeded = Assert.IsType<PollResult.Succeeded>(await PollAsync(200, ViduCase.Fixture("poll.success.json")));
        Assert.Equal("https://api.vidu.example/ent/v2/tasks/916345012887654400/creations", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal("Token " + ViduCase.Key, _test.Upstream.Request.Headers["Authorization"]);
        Assert.Equal(8, succeeded.Usage?.Seconds);
        var link = Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(succeeded.Outputs)).Url.Value;
        Assert.Equal(
            "https://prod-ss-vidu.s3.example/o/1.mp4?X-Amz-Credential=AKIA%2F20261121%2Fcn-north-1%2Fs3%2Faws4_request&X-Amz-Expires=86400"
                + "&response-content-disposition=attachment%3B%20filename%3D%22a%2Bb.mp4%22&X-Amz-Signature=s",
            link.AbsoluteUri);
    }

    [Theory]
    [InlineData("""{"id":"916345012887654401","state":"failed","err_code":"UserCancelled"}""")]
    [InlineData("""{"state":"success","creations":null}""")]
    [InlineData("""{"state":"success","creations":[]}""")]
    [InlineData("""{"state":"success","creations":[{"url":"ssupload:?id=1"}]}""")]
    [InlineData("""{"state":7}""")]
    [InlineData("""{"err_code":"CreationPolicyViolation"}""")]
    public async Task An_answer_of_another_task_or_without_a_result_ends_nothing(string body) =>
        Assert.IsType<PollResult.Unreadable>(await PollAsync(200, body));

    [Theory]
    [InlineData("0.4", null)]
    [InlineData("1", null)]
    [InlineData("42.5", 42.5)]
    [InlineData("400", 100.0)]
    [InlineData("\"soon\"", null)]
    public async Task Progress_is_read_where_it_can_only_be_percent(string value, double? progress) =>
        Assert.Equal(new PollResult.Running(HasStarted: true, progress), await PollAsync(200, $$"""{"state":"processing","progress":{{value}},"creations":null}"""));

    [Fact]
    public async Task A_missing_task_is_believed_after_as_many_polls_as_the_channel_says()
    {
        _test.Upstream.Answer(404, ViduCase.Fixture("error.404.json"));
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.PollAsync(
            _test.Account("""{"poll_404_confirmations":5}"""), ViduCase.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal((ProviderErrorKind.NotFound, 5), (exception.Kind, exception.ConfirmationCount));
    }

    [Fact]
    public async Task A_cancel_names_the_task_in_path_and_body()
    {
        Assert.Equal(CancelResult.Confirmed, await CancelAsync(200, "{}"));
        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://api.vidu.example/ent/v2/tasks/916345012887654400/cancel"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal(("""{"id":"916345012887654400"}""", "Token " + ViduCase.Key), (request.Body, request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_scheduled_task_goes_on() => Assert.Equal(CancelResult.Refused, await CancelAsync(400, ViduCase.Fixture("error.400.cancel.json")));

    [Theory]
    [InlineData(200, "", ProviderErrorKind.Unavailable)]
    [InlineData(200, "OK", ProviderErrorKind.Unavailable)]
    [InlineData(400, "", ProviderErrorKind.Unavailable)]
    [InlineData(400, """{"reason":"FieldInvalid"}""", ProviderErrorKind.Unavailable)]
    [InlineData(401, """{"reason":"Unauthorized"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(404, """{"reason":"TaskNotFound"}""", ProviderErrorKind.NotFound)]
    [InlineData(500, """{"reason":"InternalServiceFailure"}""", ProviderErrorKind.Unavailable)]
    public async Task Anything_else_confirms_no_cancel_and_refuses_none(int status, string body, ProviderErrorKind kind) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(() => CancelAsync(status, body))).Kind);

    [Fact]
    public async Task An_account_is_tried_by_reading_its_credits()
    {
        _test.Upstream.Answer(200, """{"remains":[{"type":"metered","credit_remain":1200,"concurrency_limit":5}],"packages":[]}""");
        Assert.Contains("credits", await _test.Provider.TestAsync(_test.Account(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("https://api.vidu.example/ent/v2/credits?show_detail=true", _test.Upstream.Request.Url.AbsoluteUri);
    }

    private async Task<Submission.Accepted> SubmitAsync() => Assert.IsType<Submission.Accepted>(
        await _test.Provider.SubmitAsync(ViduCase.Order(_test.Account()), TestContext.Current.CancellationToken));

    private Task<PollResult> PollAsync(int status, string body)
    {
        _test.Upstream.Answer(status, body);
        return _test.Provider.PollAsync(_test.Account(), ViduCase.Reference(), TestContext.Current.CancellationToken);
    }

    private Task<CancelResult> CancelAsync(int status, string body)
    {
        _test.Upstream.Answer(status, body);
        return _test.Provider.CancelAsync(_test.Account(), ViduCase.Reference(), TestContext.Current.CancellationToken);
    }
}
