using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>What went wrong in other gateways, each under its name. Where a whole class proves it, the name says which.</summary>
public sealed class RegressionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Others filtered lists and videos by user only where they remembered to; CrossAccountTests walks through every route.
    [Fact]
    public async Task Videos_and_list_cursors_are_not_readable_across_accounts()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var id = await gateway.OrderAsync("private words");
        await gateway.FinishAsync(id);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: admin)).Status);
        Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos?after=" + id, client: admin)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id, client: admin)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/remix", new { prompt = "x" }, admin)).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);
    }

    // 0.0.0.0, mapped addresses, redirects and trusted loopback: SsrfCorpusTests. Here: what passes as a Host header opens no door.
    [Fact]
    public async Task A_custom_host_header_makes_no_address_of_the_inside_ours()
    {
        using var canary = new Canary();
        await using var gateway = await GatewayHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos")
        {
            Content = new StringContent($"{{\"prompt\":\"x\",\"image_url\":\"https://127.0.0.1:{canary.Port}/v1/files/file_x/content\"}}", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Host = $"127.0.0.1:{canary.Port}";
        request.Headers.Add("X-Forwarded-Host", $"127.0.0.1:{canary.Port}");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        if (response.IsSuccessStatusCode) Assert.Equal("failed", (await gateway.FinishAsync(body.GetProperty("id").GetString()!)).GetProperty("status").GetString());
        Assert.Equal(0, canary.Count);
    }

    // LIKE '%…%' over every row, at anybody's wish, brought databases down: whatever is searched for is compared whole, along an index.
    [Fact]
    public async Task Wildcards_in_a_search_are_letters_like_others_and_every_search_has_an_index()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        await gateway.OrderAsync(body: new { prompt = "a red boat", external_task_id = "order-1", user = "ada" });
        foreach (var wildcard in new[] { "%25", "order%25", "_rder-1", "*", "order-?", "'%20OR%201=1--", "%25%25%25%25%25%25" })
        {
            foreach (var name in new[] { "external_task_id", "user" })
            {
                var (status, page) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos?{name}={wildcard}");
                Assert.Equal((200, 0), (status, page.GetProperty("data").GetArrayLength()));
            }

            Assert.Equal(0, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/tasks?account_id=" + wildcard, client: admin)).Body.GetProperty("data").GetArrayLength());
            Assert.Equal(0, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/audit_log?target=" + wildcard, client: admin)).Body.GetProperty("data").GetArrayLength());
        }

        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Server"), "*.cs", SearchOption.AllDirectories);
        Assert.Equal([], [.. sources.Where(file => File.ReadAllText(file) is var text && (text.Contains(" LIKE ", StringComparison.Ordinal) || text.Contains(" GLOB ", StringComparison.Ordinal))).Select(file => Path.GetFileName(file))]);
        string[] searches =
        [
            "SELECT * FROM tasks t WHERE t.deleted_at IS NULL AND t.account_id = 'a' AND t.external_task_id = 'x' ORDER BY t.id DESC LIMIT 20",
            "SELECT * FROM tasks t WHERE t.deleted_at IS NULL AND t.account_id = 'a' AND t.end_user = 'x' ORDER BY t.id DESC LIMIT 20",
            "SELECT * FROM keys WHERE secret_sha256 = x'00' AND revoked_at IS NULL",
            "SELECT * FROM files WHERE account_id = 'a' AND deleted_at IS NULL ORDER BY id DESC LIMIT 20",
        ];
        foreach (var search in searches)
        {
            var plan = gateway.Database(connection => connection.Query(row => row.GetString(3), "EXPLAIN QUERY PLAN " + search));
            Assert.All(plan, step => Assert.StartsWith("SEARCH", step));
        }
    }

    // Others put the key into a WHERE of their own making, and what was wrong with it into the answer.
    [Fact]
    public async Task A_key_is_neither_code_nor_shown_in_an_error()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var key in new[] { "' OR '1'='1", "sk-x'; DROP TABLE keys; --", "sk-unknown-secret-4711", "sk-%" })
        {
            using var caller = gateway.NewClient(key);
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: caller);
            Assert.Equal(401, status);
            Assert.DoesNotContain(key, body.GetRawText());
            Assert.DoesNotContain("4711", body.GetRawText());
        }

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/models")).Status);
    }

    // A result behind a key or a signature in a shared cache is everybody's. HeaderTests looks at every kind of answer.
    [Fact]
    public async Task Authenticated_content_is_never_public_for_caches()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        var link = (await gateway.FinishAsync(id)).GetProperty("video_url").GetString()!;
        foreach (var (path, range) in new[] { ($"/v1/videos/{id}/content", false), ($"/v1/videos/{id}/content", true), (link, false), (link, true) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (range) request.Headers.Range = new(0, 9);
            using var response = await gateway.Client.SendAsync(request, Cancellation);
            Assert.True(response.IsSuccessStatusCode);
            Assert.True(response.Headers.CacheControl is { Private: true, Public: false, SharedMaxAge: null });
        }
    }
}
