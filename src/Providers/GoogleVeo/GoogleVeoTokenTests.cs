using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>Access tokens of service accounts: fetched by Google's library through the channel's HTTP, by its clock, and kept.</summary>
public sealed class GoogleVeoTokenTests
{
    private const string Refused = """{"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}}""";

    private readonly GoogleVeoCase _test = new();

    [Fact]
    public async Task A_token_is_fetched_once_kept_and_fetched_anew_before_it_expires()
    {
        await SubmitAsync(isNew: true, "ya29.first");
        var token = _test.Upstream.Requests[0];
        Assert.Equal("https://oauth2.googleapis.com/token", token.Url.AbsoluteUri);
        var claims = Claims(token);
        var now = _test.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(
            ("video@reelay-sandbox.iam.gserviceaccount.com", "https://www.googleapis.com/auth/cloud-platform", now, now + 3600),
            (claims.GetProperty("iss").GetString(), claims.GetProperty("scope").GetString(), claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64()));
        Assert.Equal("Bearer ya29.first", _test.Upstream.Requests[1].Headers["Authorization"]);
        Assert.Contains("/projects/demo/locations/us-central1/", _test.Upstream.Requests[1].Url.AbsolutePath, StringComparison.Ordinal);

        await SubmitAsync(isNew: false, "");
        Assert.Equal("Bearer ya29.first", _test.Upstream.Requests[2].Headers["Authorization"]);
        _test.Time.Advance(3600);
        await SubmitAsync(isNew: true, "ya29.second");
        Assert.Equal("Bearer ya29.second", _test.Upstream.Requests[^1].Headers["Authorization"]);
        Assert.Equal(5, _test.Upstream.Requests.Count);
    }

    [Fact]
    public async Task A_setting_says_where_tokens_are_fetched()
    {
        Answer("ya29.x");
        _test.Upstream.Answer(200, GoogleVeoCase.Fixture("vertex.submit.ok.json"));
        await _test.Provider.SubmitAsync(_test.Order(Account("""{"token_url":"/token"}""")), TestContext.Current.CancellationToken);
        Assert.Equal("https://upstream.example/token", _test.Upstream.Requests[0].Url.AbsoluteUri);
    }

    [Fact]
    public async Task A_refused_key_file_is_the_operators_affair_and_sends_no_order()
    {
        foreach (var status in new[] { 400, 401 })
        {
            _test.Upstream.Answer(status, GoogleVeoCase.Fixture("token.refused.json"));
            var exception = await FailAsync();
            Assert.Equal((ProviderErrorKind.Unauthorized, status), (exception.Kind, exception.StatusCode));
            Assert.Contains("invalid_grant", exception.Message, StringComparison.Ordinal);
        }

        Assert.All(_test.Upstream.Requests, request => Assert.EndsWith("/token", request.Url.AbsolutePath));
    }

    [Fact]
    public async Task A_token_server_that_is_not_well_leaves_the_order_unsent_and_the_poll_for_later()
    {
        _test.Upstream.Answer(503, "<html>", "text/html").Fail(new HttpRequestException(HttpRequestError.ConnectionError)).Answer(500, "no");
        Assert.Equal(ProviderErrorKind.NotSent, (await FailAsync()).Kind);
        Assert.Equal(ProviderErrorKind.NotSent, (await FailAsync()).Kind);
        var poll = await Assert.ThrowsAsync<ProviderException>(() =>
            _test.Provider.PollAsync(Account(), GoogleVeoCase.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unavailable, poll.Kind);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n","project_id":"demo"}""")]
    public async Task A_key_file_that_cannot_be_read_calls_nobody(string json)
    {
        var account = _test.Account("""{"project":"demo"}""", new ProviderCredential.ServiceAccount(json));
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.SubmitAsync(_test.Order(account), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_kept_token_that_is_refused_is_replaced_and_only_a_new_one_condemns_the_account()
    {
        await SubmitAsync(isNew: true, "ya29.first");
        _test.Upstream.Answer(401, Refused);
        Assert.Equal(ProviderErrorKind.Overloaded, (await FailAsync()).Kind);

        Answer("ya29.second");
        _test.Upstream.Answer(401, Refused);
        var final = await FailAsync();
        Assert.Equal(ProviderErrorKind.Unauthorized, final.Kind);
        Assert.Equal("Bearer ya29.second", _test.Upstream.Requests[^1].Headers["Authorization"]);
        await SubmitAsync(isNew: true, "ya29.third");
    }

    [Fact]
    public async Task A_refusal_shows_no_token()
    {
        Answer("ya29.secret-token");
        _test.Upstream.Answer(403, """{"error":{"code":403,"message":"token ya29.secret-token may not","status":"PERMISSION_DENIED"}}""");
        var exception = await FailAsync();
        Assert.DoesNotContain("ya29", exception.Message + exception.RawBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hidden_key_signs_nothing_so_that_previews_show_the_order_itself()
    {
        var json = JsonSerializer.Serialize(new Dictionary<string, string> { ["client_email"] = "a@b", ["private_key"] = "hidden", ["project_id"] = "demo" });
        _test.Upstream.Answer(200, GoogleVeoCase.Fixture("vertex.submit.ok.json"));
        await _test.Provider.SubmitAsync(_test.Order(_test.Account(null, new ProviderCredential.ServiceAccount(json))), TestContext.Current.CancellationToken);
        Assert.EndsWith(":predictLongRunning", _test.Upstream.Request.Url.AbsolutePath);
    }

    private ProviderAccount Account(string? options = null) => _test.Account(options, GoogleVeoCase.ServiceAccount);

    private void Answer(string token) => _test.Upstream.Answer(
        200, GoogleVeoCase.Fixture("token.ok.json").Replace("ya29.test-token-0001", token, StringComparison.Ordinal));

    private Task<ProviderException> FailAsync() => Assert.ThrowsAsync<ProviderException>(() =>
        _test.Provider.SubmitAsync(_test.Order(Account()), TestContext.Current.CancellationToken));

    private async Task SubmitAsync(bool isNew, string token)
    {
        if (isNew)
            Answer(token);
        _test.Upstream.Answer(200, GoogleVeoCase.Fixture("vertex.submit.ok.json"));
        await _test.Provider.SubmitAsync(_test.Order(Account()), TestContext.Current.CancellationToken);
    }

    private static JsonElement Claims(RecordedRequest request)
    {
        var assertion = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Body)["assertion"].ToString();
        return JsonElement.Parse(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(assertion.Split('.')[1])));
    }
}
