using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What an answer to a create is taken for, and how a lost one is looked for.</summary>
public sealed class KlingSubmissionTests
{
    private readonly KlingCase _test = new();

    [Fact]
    public async Task A_task_id_is_an_acceptance_and_is_kept_with_its_path()
    {
        var accepted = Assert.IsType<Submission.Accepted>(await SubmitAsync(200, KlingCase.Fixture("submit.ok.json")));

        Assert.Equal(KlingCase.TaskId, accepted.UpstreamId);
        Assert.Equal("""{"family":"text2video","task_id":"801234567890123456","model":"kling-v1-6"}""", accepted.Reference.GetRawText());
    }

    [Theory]
    [InlineData("""{"code":0,"data":{"task_id":801234567890123456}}""")]
    [InlineData("""{"code":"0","data":{"task_id":"801234567890123456","task_info":null,"created_at":"soon"}}""")]
    [InlineData("""{"data":{"id":"801234567890123456","status":"submitted"}}""")]
    public async Task An_id_is_found_however_odd_the_rest_is(string body) =>
        Assert.Equal(KlingCase.TaskId, Assert.IsType<Submission.Accepted>(await SubmitAsync(200, body)).UpstreamId);

    [Theory]
    [InlineData(429, "")]
    [InlineData(429, "<html>429</html>")]
    [InlineData(429, """{"message":"slow"}""")]
    [InlineData(401, """{"error":"no"}""")]
    [InlineData(408, """{"code":1303,"message":"no"}""")]
    [InlineData(307, """{"code":1303,"message":"no"}""")]
    [InlineData(400, """{"code":1201,"message":"no","data":{"task_id":"8"}}""")]
    [InlineData(200, """{"code":1303,"message":"no","data":{"task_id":"8"}}""")]
    [InlineData(200, "")]
    [InlineData(200, """{"code":0,"data":{}}""")]
    [InlineData(200, """{"code":0,"data":{"task_id":".."}}""")]
    [InlineData(201, """{"code":0,"data":{"task_id":"8"}}""")]
    [InlineData(500, """{"code":0,"data":{"task_id":"8"}}""")]
    [InlineData(502, "<html>")]
    public async Task Whatever_is_no_documented_refusal_is_unknown(int status, string body) =>
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await RefusalAsync(status, body)).Kind);

    [Fact]
    public async Task A_refusal_carries_the_wait_and_no_secret_nor_token()
    {
        _test.Upstream.Answer(429, KlingCase.Fixture("error.429.1303.json"), "application/json", ("Retry-After", "3"));
        var busy = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync());
        Assert.Equal((ProviderErrorKind.RateLimited, TimeSpan.FromSeconds(3)), (busy.Kind, busy.RetryAfter));
        Assert.Contains("parallel task over resource pack limit", busy.Message, StringComparison.Ordinal);

        var token = _test.Upstream.Requests[0].Headers["Authorization"]["Bearer ".Length..];
        var echoed = await RefusalAsync(401, $$"""{"code":1002,"message":"bad {{token}} of {{KlingCase.Access}} by {{KlingCase.Secret}}"}""");
        Assert.Equal("HTTP 401 (1002): bad *** of *** by ***", echoed.Message);
        Assert.DoesNotContain(KlingCase.Secret, echoed.RawBody, StringComparison.Ordinal);
        Assert.DoesNotContain(token, echoed.RawBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error.401.1001.json", 401, "Authorization is empty")]
    [InlineData("error.401.1002.json", 401, "api key not found")]
    [InlineData("error.429.1102.json", 429, "Account balance not enough")]
    [InlineData("error.400.1201.json", 400, "model_name value 'kling-v3-0' is invalid")]
    public async Task Live_bodies_keep_their_words(string fixture, int status, string words) =>
        Assert.Contains(words, (await RefusalAsync(status, KlingCase.Fixture(fixture))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_lost_submission_is_read_by_our_own_mark_under_its_path()
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("poll.submitted.json"));

        var found = Assert.Single(await FindAsync(KlingCase.BoatClip with { Mode = "multi_i2v" }));

        Assert.Equal("https://upstream.example/v1/videos/multi-image2video/att_7", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal((KlingCase.TaskId, true, KlingCase.Now), (found.UpstreamId, found.IsMatch, found.CreatedAt));
        Assert.Equal("""{"family":"multi-image2video","task_id":"801234567890123456","model":"kling-v1-6"}""", found.Reference.GetRawText());
    }

    [Theory]
    [InlineData("""{"code":0,"data":{"task_id":"8","task_info":{"external_task_id":"other"}}}""", false)]
    [InlineData("""{"code":0,"data":{"task_id":"8","task_info":{}}}""", true)]
    [InlineData("""{"code":0,"data":[{"id":"8","external_id":"att_7"}]}""", true)]
    public async Task A_task_with_another_mark_is_no_match(string body, bool isMatch)
    {
        _test.Upstream.Answer(200, body);
        Assert.Equal(isMatch, Assert.Single(await FindAsync()).IsMatch);
    }

    [Theory]
    [InlineData(404, """{"code":1203,"message":"gone"}""", true)]
    [InlineData(404, "", false)]
    [InlineData(404, "Not Found", false)]
    [InlineData(404, """{"message":"no such route"}""", false)]
    [InlineData(400, """{"code":1201,"message":"task_id value is invalid"}""", false)]
    [InlineData(401, """{"code":1004,"message":"expired"}""", false)]
    [InlineData(500, """{"code":5000,"message":"oops"}""", false)]
    [InlineData(200, """{"code":0,"data":{}}""", false)]
    public async Task Absence_is_believed_only_where_the_channel_says_so_and_never_for_any_other_failure(int status, string body, bool isAbsent)
    {
        _test.Upstream.Answer(status, body);
        var cautious = await Assert.ThrowsAsync<ProviderException>(() => FindAsync());
        Assert.Equal(status == 401 ? ProviderErrorKind.Unauthorized : ProviderErrorKind.Unavailable, cautious.Kind);

        _test.Upstream.Answer(status, body);
        if (isAbsent)
            Assert.Empty(await FindAsync(options: """{"trust_absence":true}"""));
        else
            await Assert.ThrowsAsync<ProviderException>(() => FindAsync(options: """{"trust_absence":true}"""));
    }

    [Fact]
    public void A_search_is_by_token_after_a_delay_that_is_a_setting()
    {
        Assert.Equal(new SearchAbility(SearchKind.ByToken, TimeSpan.FromSeconds(30)), _test.Provider.Search(_test.Account()));
        Assert.Equal(TimeSpan.FromSeconds(2.5), _test.Provider.Search(_test.Account("""{"search_delay_seconds":2.5}""")).VisibilityDelay);
    }

    private Task<IReadOnlyList<FoundSubmission>> FindAsync(ProviderRequest? request = null, string? options = null) => _test.Provider.FindAsync(
        _test.Account(options),
        new(request ?? KlingCase.BoatClip, "att_7", KlingCase.Now, KlingCase.Now.AddMinutes(1)),
        TestContext.Current.CancellationToken);

    private Task<ProviderException> RefusalAsync(int status, string body) => Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(status, body));

    private Task<Submission> SubmitAsync(int status, string body)
    {
        _test.Upstream.Answer(status, body);
        return SubmitAsync();
    }

    private Task<Submission> SubmitAsync() =>
        _test.Provider.SubmitAsync(KlingCase.Order(_test.Account()), TestContext.Current.CancellationToken);
}
