using Reelay.Providers;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>What is done about lost answers, and where results are taken from.</summary>
public sealed class UpstreamGatewayLossTests
{
    private readonly UpstreamGatewayCase _test = new();

    [Fact]
    public async Task A_lost_answer_of_another_reelay_is_asked_for_again_under_the_same_key()
    {
        _test.Upstream.Fail(new HttpRequestException(HttpRequestError.ResponseEnded, "cut"))
            .Answer(200, """{"id":"task_2","status":"in_progress"}""", "application/json", ("idempotent-replayed", "true"));
        var accepted = Assert.IsType<Submission.Accepted>(await _test.SubmitAsync(UpstreamGatewayCase.Reelay, UpstreamGatewayCase.Boat));
        Assert.Equal("task_2", accepted.UpstreamId);
        Assert.All(_test.Upstream.Requests, request => Assert.Equal("att_7", request.Headers["Idempotency-Key"]));
    }

    [Theory]
    [InlineData(403, """{"error":{"message":"no","type":"permission_error","param":null,"code":"insufficient_user_quota"}}""")]
    [InlineData(400, """{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"invalid_seconds"}}""")]
    [InlineData(503, """{"error":{"message":"no","type":"service_unavailable_error","param":null,"code":"shutting_down"}}""")]
    [InlineData(200, "{}")]
    public async Task A_refusal_of_the_second_proves_nothing_about_the_first(int status, string body)
    {
        _test.Upstream.Answer(500, """{"error":{"message":"x","type":"server_error","param":null,"code":"internal_error"}}""").Answer(status, body);
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(UpstreamGatewayCase.Reelay, UpstreamGatewayCase.Boat));
        Assert.Equal((ProviderErrorKind.OutcomeUnknown, 2), (exception.Kind, _test.Upstream.Requests.Count));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(UpstreamGatewayCase.Aurora)]
    [InlineData("""{"kind":"reelay","lost":"find"}""")]
    [InlineData("""{"kind":"reelay","lost":"unknown"}""")]
    public async Task Nothing_is_sent_twice_where_nothing_says_that_it_is_harmless(string? options)
    {
        _test.Upstream.Fail(new HttpRequestException(HttpRequestError.ResponseEnded, "cut"));
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(options, UpstreamGatewayCase.Boat))).Kind);
        Assert.Single(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_refusal_is_not_sent_again()
    {
        _test.Upstream.Answer(429, """{"error":{"message":"full","type":"rate_limit_error","param":null,"code":"queue_full"}}""");
        Assert.Equal(ProviderErrorKind.RateLimited, (await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(UpstreamGatewayCase.Reelay, UpstreamGatewayCase.Boat))).Kind);
        Assert.Single(_test.Upstream.Requests);
    }

    [Fact]
    public async Task An_order_is_found_by_its_token_and_absence_is_certain()
    {
        Assert.Equal(new SearchAbility(SearchKind.ByToken, TimeSpan.FromSeconds(30)), _test.Provider.Search(_test.Account(UpstreamGatewayCase.Reelay)));
        Assert.Equal(SearchKind.None, _test.Provider.Search(_test.Account()).Kind);
        Assert.Empty(await _test.Provider.FindAsync(_test.Account(), Query(), TestContext.Current.CancellationToken));

        _test.Upstream.Answer(200, """{"object":"list","data":[{"id":"task_3","status":"queued","created_at":1795239901,"external_task_id":"att_7"}]}""")
            .Answer(200, """{"object":"list","data":[]}""");
        var found = Assert.Single(await FindAsync());
        Assert.Equal(("task_3", """{"id":"task_3"}""", true), (found.UpstreamId, found.Reference.GetRawText(), found.IsMatch));
        Assert.Equal("?external_task_id=att_7&limit=10", _test.Upstream.Request.Url.Query);
        Assert.Empty(await FindAsync());
    }

    [Theory]
    [InlineData(200, """{"object":"list","data":[{"id":"task_9","status":"queued","created_at":1795239901}]}""", ProviderErrorKind.Unavailable)]
    [InlineData(404, """{"error":{"message":"no such route","type":"invalid_request_error","param":null,"code":"unknown_url"}}""", ProviderErrorKind.Unavailable)]
    [InlineData(200, "{}", ProviderErrorKind.Unavailable)]
    [InlineData(500, "", ProviderErrorKind.Unavailable)]
    [InlineData(401, """{"error":{"message":"no","type":"authentication_error","param":null,"code":"invalid_api_key"}}""", ProviderErrorKind.Unauthorized)]
    public async Task A_list_that_does_not_answer_by_token_proves_nothing(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, body);
        Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(FindAsync)).Kind);
    }

    [Fact]
    public async Task Results_of_a_reelay_come_from_the_address_it_is_called_by_and_those_of_new_api_by_their_link()
    {
        const string done = """{"id":"task_1","status":"completed","output_url":"https://elsewhere.example/v1/videos/task_1/content","outputs":[{"index":0,"url":"https://elsewhere.example/0"},{"index":1,"url":"https://elsewhere.example/1"}]}""";
        const string linked = """{"id":"task_1","status":"completed","metadata":{"url":"https://cdn.example/1.mp4"}}""";
        _test.Upstream.Answer(200, done).Answer(200, linked).Answer(200, "MP4!", "video/mp4");

        var several = Assert.IsType<PollResult.Succeeded>(await PollAsync(UpstreamGatewayCase.Reelay));
        var one = Assert.IsType<PollResult.Succeeded>(await PollAsync(null));
        Assert.Equal("https://cdn.example/1.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(one.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(2, several.Outputs.Count);
        var content = Assert.IsType<OutputContent.Bytes>(await Assert.IsType<ProviderOutput.Opened>(several.Outputs[1]).OpenAsync(TestContext.Current.CancellationToken));
        await content.Content.DisposeAsync();
        Assert.Equal("https://upstream.example/v1/videos/task_1/content?index=1", _test.Upstream.Requests[2].Url.AbsoluteUri);
        Assert.Equal("Bearer sk-test-secret-0001", _test.Upstream.Requests[2].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_task_that_is_answered_before_it_is_written_is_not_lost_at_once()
    {
        _test.Upstream.Answer(400, """{"code":"task_not_exist","message":"task_not_exist","data":null}""");
        var exception = await Assert.ThrowsAsync<ProviderException>(() => PollAsync("""{"poll_404_confirmations":7}"""));
        Assert.Equal((ProviderErrorKind.NotFound, 7), (exception.Kind, exception.ConfirmationCount));
    }

    private Task<PollResult> PollAsync(string? options) =>
        _test.Provider.PollAsync(_test.Account(options), System.Text.Json.JsonElement.Parse("""{"id":"task_1"}"""), TestContext.Current.CancellationToken);

    private Task<IReadOnlyList<FoundSubmission>> FindAsync() =>
        _test.Provider.FindAsync(_test.Account(UpstreamGatewayCase.Reelay), Query(), TestContext.Current.CancellationToken);

    private static SubmissionQuery Query() => new(UpstreamGatewayCase.Boat, "att_7", UpstreamGatewayCase.Now, UpstreamGatewayCase.Now.AddMinutes(1));
}
