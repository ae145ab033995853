using System.Net;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>Headers that every answer has, and what pages of other origins may do.</summary>
public sealed class HeaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_of_answer_has_the_headers_that_keep_browsers_from_harm()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        var video = await gateway.FinishAsync(id);
        var link = new Uri(video.GetProperty("video_url").GetString()!).PathAndQuery;
        (string Method, string Path, int Status, string Cache, string Policy)[] answers =
        [
            ("GET", "/v1/videos/" + id, 200, "no-store", "default-src 'none'"), ("GET", "/v1/videos", 200, "no-store", "default-src 'none'"),
            ("GET", "/v1/models", 200, "no-store", "default-src 'none'"), ("GET", "/v1/videos/none", 404, "no-store", "default-src 'none'"),
            ("POST", "/v1/videos", 400, "no-store", "default-src 'none'"), ("GET", "/nowhere", 404, "no-store", "default-src 'none'"),
            ("PATCH", "/v1/videos", 405, "no-store", "default-src 'none'"), ("GET", "/admin/v1/keys", 403, "no-store", "default-src 'none'"),
            ("GET", "/healthz", 200, "no-store", "default-src 'none'"), ("GET", "/readyz", 200, "no-store", "default-src 'none'"),
            ("GET", $"/v1/videos/{id}/content", 200, "private", "sandbox"), ("GET", link, 200, "private", "sandbox"),
            ("HEAD", $"/v1/videos/{id}/content", 200, "private", "sandbox"), ("GET", $"/v1/videos/{id}/events", 200, "no-store", "default-src 'none'"),
            ("GET", "/docs", 200, "no-cache", "script-src 'self'"), ("GET", "/openapi/v1.json", 200, "no-cache", "default-src 'none'"),
        ];
        foreach (var (method, path, status, cache, policy) in answers)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await gateway.Client.SendAsync(request, Cancellation);
            await response.Content.ReadAsByteArrayAsync(Cancellation);
            var shown = $"{method} {path}";
            Assert.True(status == (int)response.StatusCode, $"{shown}: {(int)response.StatusCode}");
            Assert.Equal((shown, "nosniff"), (shown, One(response, "X-Content-Type-Options")));
            Assert.Equal((shown, "no-referrer"), (shown, One(response, "Referrer-Policy")));
            Assert.Equal((shown, "DENY"), (shown, One(response, "X-Frame-Options")));
            Assert.Equal((shown, policy == "sandbox" ? "cross-origin" : "same-origin"), (shown, One(response, "Cross-Origin-Resource-Policy")));
            Assert.Contains(policy, One(response, "Content-Security-Policy"));
            Assert.Contains(cache, response.Headers.CacheControl!.ToString());
            Assert.False(response.Headers.CacheControl.Public, shown);
            Assert.False(response.Headers.Contains("Strict-Transport-Security"), shown);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"), shown);
            Assert.False(response.Headers.Contains("Server"), shown);
        }
    }

    [Fact]
    public async Task An_answer_from_the_cache_keeps_the_policy_of_the_file()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        using var first = await gateway.Client.GetAsync($"/v1/videos/{id}/content", Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}/content");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await gateway.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(One(first, "Content-Security-Policy"), One(again, "Content-Security-Policy"));
        Assert.True(again.Headers.CacheControl!.Private);
    }

    [Fact]
    public async Task Who_comes_by_https_is_told_to_stay_with_it()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:TrustedProxies"] = "127.0.0.1" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        Assert.Equal("max-age=31536000", One(response, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task Pages_of_other_origins_may_read_nothing_unless_their_origin_is_named()
    {
        await using var closed = await GatewayHost.StartAsync();
        using var refused = await AskAsync(closed, HttpMethod.Options, "/v1/videos", "https://app.example.com", "POST");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));

        await using var open = await GatewayHost.StartAsync(new() { ["Reelay:Api:CorsOrigins"] = "https://app.example.com, http://localhost:3000" });
        using var preflight = await AskAsync(open, HttpMethod.Options, "/v1/videos", "https://app.example.com", "POST");
        Assert.Equal(HttpStatusCode.OK, preflight.StatusCode);
        Assert.Equal("https://app.example.com", One(preflight, "Access-Control-Allow-Origin"));
        Assert.Equal("authorization,x-stainless-lang", One(preflight, "Access-Control-Allow-Headers"));
        Assert.Contains("DELETE", One(preflight, "Access-Control-Allow-Methods"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));

        using var read = await AskAsync(open, HttpMethod.Get, "/v1/models", "http://localhost:3000");
        Assert.Equal("http://localhost:3000", One(read, "Access-Control-Allow-Origin"));
        Assert.Contains("x-request-id", One(read, "Access-Control-Expose-Headers"));
        Assert.Equal(["Origin"], read.Headers.Vary);
        foreach (var other in new[] { "https://app.example.com.evil.test", "https://evil.test", "null", "http://app.example.com" })
        {
            using var answer = await AskAsync(open, HttpMethod.Get, "/v1/models", other);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), other);
        }

        using var admin = await AskAsync(open, HttpMethod.Options, "/admin/v1/keys", "https://app.example.com", "POST");
        Assert.False(admin.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/path")]
    [InlineData("https://*.example.com/x")]
    public async Task What_is_no_origin_stops_the_start(string word)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayHost.StartAsync(new() { ["Reelay:Api:CorsOrigins"] = word }));
        Assert.Contains("Reelay:Api:CorsOrigins", refused.Message);
    }

    private static Task<HttpResponseMessage> AskAsync(GatewayHost gateway, HttpMethod method, string path, string origin, string? asked = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        if (asked is not null)
        {
            request.Headers.Add("Access-Control-Request-Method", asked);
            request.Headers.Add("Access-Control-Request-Headers", "authorization,x-stainless-lang");
        }

        return gateway.Client.SendAsync(request, Cancellation);
    }

    private static string One(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
