using System.Net;
using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Who may call what, and what unknown routes answer.</summary>
public sealed class AuthenticationTests
{
    private static readonly (string Method, string Path)[] CallerRoutes =
    [
        ("POST", "/v1/videos"), ("GET", "/v1/videos"), ("GET", "/v1/videos/{id}"), ("DELETE", "/v1/videos/{id}"),
        ("POST", "/v1/videos/{id}/cancel"), ("GET", "/v1/videos/{id}/content"), ("HEAD", "/v1/videos/{id}/content"),
        ("POST", "/v1/videos/edits"), ("POST", "/v1/videos/extensions"), ("POST", "/v1/videos/characters"),
        ("GET", "/v1/videos/characters/{id}"), ("POST", "/v1/videos/{id}/remix"), ("GET", "/v1/videos/{id}?wait=30"), ("GET", "/v1/videos/{id}/events"),
        ("POST", "/v1/video/generations"), ("GET", "/v1/video/generations/{id}"), ("GET", "/v1/models"), ("GET", "/v1/models/sora-2"),
    ];

    private static readonly (string Method, string Path)[] AdminRoutes =
    [
        ("POST", "/admin/v1/keys"), ("GET", "/admin/v1/keys"), ("DELETE", "/admin/v1/keys/{id}"), ("GET", "/admin/v1/tasks"),
        ("GET", "/admin/v1/tasks/{id}"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_asks_for_a_key_and_the_admins_for_an_admins()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("[stuck]");
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        using var stranger = gateway.NewClient("sk-unknown");
        foreach (var (method, path) in CallerRoutes.Concat(AdminRoutes))
        {
            var url = path.Replace("{id}", id);
            await AssertRefusedAsync(nobody, method, url, 401, "missing_api_key");
            await AssertRefusedAsync(stranger, method, url, 401, "invalid_api_key");
        }

        foreach (var (method, path) in AdminRoutes)
        {
            await AssertRefusedAsync(gateway.Client, method, path.Replace("{id}", id), 403, "admin_key_required");
        }

        var task = await gateway.AdminTaskAsync(id);
        Assert.False(task.TryGetProperty("finished_at", out _) || task.TryGetProperty("cancel_requested_at", out _));
    }

    [Theory]
    [InlineData("Authorization", "Bearer sk-reelay-sandbox", 200)]
    [InlineData("Authorization", "bearer  sk-reelay-sandbox ", 200)]
    [InlineData("x-api-key", "sk-reelay-sandbox", 200)]
    [InlineData("api-key", "sk-reelay-sandbox", 200)]
    [InlineData("Authorization", "Basic sk-reelay-sandbox", 401)]
    [InlineData("Authorization", "Bearer", 401)]
    [InlineData("Authorization", "Bearer sk-reelay-sandboX", 401)]
    public async Task A_key_may_come_in_three_headers(string header, string value, int status)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        using var response = await client.GetAsync("/v1/models", Cancellation);
        Assert.Equal(status, (int)response.StatusCode);

        using var twice = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        twice.Headers.TryAddWithoutValidation("x-api-key", ["sk-reelay-sandbox", "sk-other"]);
        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        using var refused = await plain.SendAsync(twice, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    public async Task The_sandboxs_key_does_not_pass_a_proxy_but_others_do(string header)
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, "203.0.113.9");
        await AssertRefusedAsync(gateway.Client, "GET", "/v1/models", 401, "invalid_api_key");
        using var admin = gateway.NewClient(gateway.AdminKey);
        admin.DefaultRequestHeaders.TryAddWithoutValidation(header, "203.0.113.9");
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: admin)).Status);
    }

    [Theory]
    [InlineData("GET", "/v1/unheard-of", 404, "unknown_url")]
    [InlineData("GET", "/", 404, "unknown_url")]
    [InlineData("PUT", "/v1/videos", 405, "method_not_allowed")]
    [InlineData("PATCH", "/v1/models/sora-2", 405, "method_not_allowed")]
    public async Task Unknown_routes_and_methods_answer_in_the_error_body(string method, string path, int status, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        AssertError(await response.Content.ReadAsStringAsync(Cancellation), code);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Matches("^req_[0-9a-f]{16}$", Assert.Single(response.Headers.GetValues("x-request-id")));
        if (status == 405) Assert.NotEmpty(response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Every_answer_has_an_id_of_its_own()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var seen = new HashSet<string>();
        foreach (var path in new[] { "/v1/models", "/v1/videos", "/v1/videos/none", "/healthz", "/readyz", "/nowhere" })
        {
            using var response = await gateway.Client.GetAsync(path, Cancellation);
            Assert.True(seen.Add(Assert.Single(response.Headers.GetValues("x-request-id"))));
        }
    }

    [Fact]
    public async Task Health_needs_no_key()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        Assert.Equal("""{"status":"ok"}""", await nobody.GetStringAsync("/healthz", Cancellation));
        Assert.Equal("""{"status":"ready"}""", await nobody.GetStringAsync("/readyz", Cancellation));
    }

    private static async Task AssertRefusedAsync(HttpClient client, string method, string path, int status, string code)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
        Assert.True(status == (int)response.StatusCode, $"{method} {path} answered {(int)response.StatusCode}");
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        if (method == "HEAD") Assert.Empty(body);
        else AssertError(body, code);
    }

    private static void AssertError(string body, string code)
    {
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }
}
