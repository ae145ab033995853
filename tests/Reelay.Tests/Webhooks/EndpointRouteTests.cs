using System.Text.Json;
using Reelay.Server.Accounts;
using Reelay.Server.Storage;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>The routes on which accounts manage their endpoints and secrets, and look at their log.</summary>
public sealed class EndpointRouteTests
{
    [Fact]
    public async Task An_endpoint_is_made_read_changed_and_deleted_as_at_OpenAI()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var made = await gateway.EndpointAsync(gateway.Inbox("a"), "video.failed");
        Assert.Equal(
            ["created_at", "event_types", "id", "name", "object", "signing_secret", "signing_secret_hint", "url"],
            made.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var (id, secret) = (made.Text("id"), made.Text("signing_secret"));
        Assert.StartsWith("whe_", id, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        Assert.EndsWith(made.Text("signing_secret_hint"), secret.TrimEnd('='), StringComparison.Ordinal);

        var (_, read) = await gateway.SendAsync(HttpMethod.Get, $"{Hooks.Endpoints}/{id}");
        Assert.False(read.TryGetProperty("signing_secret", out _));
        var (_, changed) = await gateway.SendAsync(HttpMethod.Post, $"{Hooks.Endpoints}/{id}", new { name = "yours" });
        Assert.Equal(("yours", read.Text("url"), "video.failed"), (changed.Text("name"), changed.Text("url"), changed.GetProperty("event_types")[0].GetString()));
        Assert.True(changed.GetProperty("updated_at").GetInt64() > 0);
        var (_, deleted) = await gateway.SendAsync(HttpMethod.Delete, $"{Hooks.Endpoints}/{id}");
        Assert.Equal($$"""{"id":"{{id}}","deleted":true,"object":"webhook_endpoint.deleted"}""", deleted.ToString());
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, ""), (HttpMethod.Delete, ""), (HttpMethod.Post, "/rotate_secret"), (HttpMethod.Post, "/test") })
        {
            var (status, body) = await gateway.SendAsync(method, $"{Hooks.Endpoints}/{id}{path}", method == HttpMethod.Post ? new { } : null);
            Assert.Equal((404, "webhook_endpoint_not_found"), (status, body.GetProperty("error").Text("code")));
        }

        Assert.Equal(0, gateway.Database(database => database.Scalar<long>("SELECT count(*) FROM webhook_secrets")));
    }

    [Fact]
    public async Task A_list_is_followed_by_its_last_id_newest_first()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var made = new List<string>();
        for (var n = 0; n < 5; n++) made.Add((await gateway.EndpointAsync(gateway.Inbox("a"))).Text("id"));
        var seen = new List<string>();
        var query = "?limit=2";
        while (true)
        {
            var (_, page) = await gateway.SendAsync(HttpMethod.Get, Hooks.Endpoints + query);
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(row => row.Text("id")));
            if (!page.GetProperty("has_more").GetBoolean()) break;
            query = "?limit=2&after=" + page.Text("last_id");
        }

        Assert.Equal(made.AsEnumerable().Reverse(), seen);
    }

    [Theory]
    [InlineData("""{"url": "https://a.example.com/", "event_types": ["video.failed"]}""", "invalid_name", "name")]
    [InlineData("""{"name": "x", "event_types": ["video.failed"]}""", "invalid_url", "url")]
    [InlineData("""{"name": "x", "url": "http://a.example.com/", "event_types": ["video.failed"]}""", "invalid_url", "url")]
    [InlineData("""{"name": "x", "url": "https://192.168.1.1/", "event_types": ["video.failed"]}""", "invalid_url", "url")]
    [InlineData("""{"name": "x", "url": "https://a.example.com/"}""", "invalid_event_types", "event_types")]
    [InlineData("""{"name": "x", "url": "https://a.example.com/", "event_types": []}""", "invalid_event_types", "event_types")]
    [InlineData("""{"name": "x", "url": "https://a.example.com/", "event_types": ["response.completed"]}""", "invalid_event_types", "event_types")]
    [InlineData("[]", "invalid_json", null)]
    public async Task What_is_no_endpoint_is_refused_by_field(string body, string code, string? param)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, Hooks.Endpoints, body);
        var error = answer.GetProperty("error");
        Assert.Equal((400, code, param), (status, error.Text("code"), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Only_so_many_endpoints_are_taken()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Webhooks:MaxEndpoints"] = "1" });
        await gateway.EndpointAsync(gateway.Inbox("a"));
        var (status, body) = await gateway.SendAsync(
            HttpMethod.Post, Hooks.Endpoints, new { name = "x", url = gateway.Inbox("a"), event_types = new[] { "video.failed" } });
        Assert.Equal((400, "too_many_webhook_endpoints"), (status, body.GetProperty("error").Text("code")));
    }

    [Fact]
    public async Task A_rotated_secret_signs_beside_its_successor_for_a_day_if_that_is_asked_for_and_then_no_more()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var endpoint = await gateway.EndpointAsync(gateway.Inbox("rotated"));
        var (first, path) = (endpoint.Text("signing_secret"), $"{Hooks.Endpoints}/{endpoint.Text("id")}/rotate_secret");
        var (_, rotated) = await gateway.SendAsync(HttpMethod.Post, path, new { keep_old_secret_active_for_24_hours = true });
        var second = rotated.Text("signing_secret");
        await gateway.FinishAsync(await gateway.OrderAsync());
        Assert.Equal(["", ""], await AcceptedByAsync(gateway, 0, first, second));

        // The day is over.
        var ends = gateway.Database(database => database.Scalar<long>("SELECT expires_at - created_at FROM webhook_secrets WHERE expires_at IS NOT NULL"));
        Assert.InRange(ends, 24 * 3_600_000L, (24 * 3_600_000L) + 60_000);
        gateway.Database(database => database.Execute("UPDATE webhook_secrets SET expires_at = 1 WHERE expires_at IS NOT NULL"));
        await gateway.FinishAsync(await gateway.OrderAsync());
        Assert.Equal(["InvalidWebhookSignatureError", ""], await AcceptedByAsync(gateway, 1, first, second));

        // Without the wish the old one ends at once.
        var (_, last) = await gateway.SendAsync(HttpMethod.Post, path);
        await gateway.FinishAsync(await gateway.OrderAsync());
        Assert.Equal(["InvalidWebhookSignatureError", ""], await AcceptedByAsync(gateway, 2, second, last.Text("signing_secret")));
    }

    [Fact]
    public async Task The_accounts_own_secret_is_shown_once_and_kept_sealed()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, none) = await gateway.SendAsync(HttpMethod.Get, "/v1/webhook_secret");
        Assert.Equal(JsonValueKind.Null, none.GetProperty("signing_secret_hint").ValueKind);
        var (_, first) = await gateway.SendAsync(HttpMethod.Post, "/v1/webhook_secret/rotate");
        await gateway.SendAsync(HttpMethod.Post, "/v1/webhook_secret/rotate", new { keep_old_secret_active_for_24_hours = true });
        var (_, shown) = await gateway.SendAsync(HttpMethod.Get, "/v1/webhook_secret");
        Assert.False(shown.TryGetProperty("signing_secret", out _));
        Assert.True(shown.GetProperty("previous_expires_at").GetInt64() > 0);
        var (status, wrong) = await gateway.SendAsync(HttpMethod.Post, "/v1/webhook_secret/rotate", new { keep_old_secret_active_for_24_hours = "yes" });
        Assert.Equal((400, "invalid_type"), (status, wrong.GetProperty("error").Text("code")));
        var sealedBytes = gateway.Database(database => database.Query(row => row.GetFieldValue<byte[]>(0), "SELECT sealed FROM webhook_secrets"));
        Assert.Equal(2, sealedBytes.Count);
        Assert.All(sealedBytes, bytes => Assert.DoesNotContain(first.Text("signing_secret")["whsec_".Length..], System.Text.Encoding.Latin1.GetString(bytes), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_test_sends_one_signed_event_and_tells_what_came_back()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var good = (await gateway.EndpointAsync(gateway.Inbox("test"))).Text("id");
        var (status, body) = await gateway.SendAsync(HttpMethod.Post, $"{Hooks.Endpoints}/{good}/test", new { event_type = "video.failed" });
        Assert.Equal(200, status);
        Assert.Equal(
            $$"""{"webhook_endpoint_id":"{{good}}","event_type":"video.failed","status_code":200,"success":true,"object":"webhook_endpoint.test"}""", body.ToString());
        Assert.Equal("video.failed", JsonDocument.Parse(Assert.Single(gateway.Sandbox.Inbox.Deliveries("test")).Text).RootElement.Text("type"));
        var bad = (await gateway.EndpointAsync(gateway.Inbox("test", "?status=500"))).Text("id");
        (status, body) = await gateway.SendAsync(HttpMethod.Post, $"{Hooks.Endpoints}/{bad}/test");
        Assert.Equal((400, "webhook_test_failed"), (status, body.GetProperty("error").Text("code")));
        Assert.Contains("500", body.GetProperty("error").Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_account_sees_nothing_of_it_and_operators_see_no_path()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var endpoint = (await gateway.EndpointAsync(gateway.Inbox("mine", "?token=secret"))).Text("id");
        var delivery = (await gateway.OutcomeAsync(await gateway.OrderAsync(), "delivered")).Text("id");
        gateway.Services.GetRequiredService<IKeyStore>().EnsureAccount("acct_other", "Other", isUnlimited: true);
        var keys = gateway.Services.GetRequiredService<KeyRing>();
        var secret = keys.MintSecret();
        Assert.True(keys.Import(keys.Draft("acct_other", "other"), secret));
        using var other = gateway.NewClient(secret);
        foreach (var path in new[] { Hooks.Endpoints, Hooks.Log })
        {
            Assert.Empty((await gateway.SendAsync(HttpMethod.Get, path, client: other)).Body.GetProperty("data").EnumerateArray());
        }

        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, $"{Hooks.Endpoints}/{endpoint}"), (HttpMethod.Post, $"{Hooks.Endpoints}/{endpoint}"),
            (HttpMethod.Post, $"{Hooks.Endpoints}/{endpoint}/rotate_secret"), (HttpMethod.Post, $"{Hooks.Endpoints}/{endpoint}/test"),
            (HttpMethod.Delete, $"{Hooks.Endpoints}/{endpoint}"), (HttpMethod.Get, $"{Hooks.Log}/{delivery}"), (HttpMethod.Post, $"{Hooks.Log}/{delivery}/redeliver"),
        })
        {
            Assert.Equal(404, (await gateway.SendAsync(method, path, method == HttpMethod.Post ? new { } : null, other)).Status);
        }

        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/webhook_deliveries", client: other)).Status);
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (_, page) = await gateway.SendAsync(HttpMethod.Get, $"/admin/v1/webhook_deliveries?webhook_endpoint_id={endpoint}&outcome=delivered&event_type=video.completed", client: admin);
        var row = Assert.Single(page.GetProperty("data").EnumerateArray());
        Assert.Equal((delivery, "acct_sandbox"), (row.Text("id"), row.Text("account_id")));
        Assert.DoesNotContain("token", row.ToString(), StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, $"/admin/v1/webhook_deliveries/{delivery}/redeliver", client: admin)).Status);
        await gateway.DeliveriesAsync("mine", 2);
    }

    [Theory]
    [InlineData("?limit=101", "invalid_limit")]
    [InlineData("?order=up", "invalid_order")]
    [InlineData("?after=x", "invalid_after")]
    [InlineData("?outcome=lost", "invalid_outcome")]
    [InlineData("?event_type=x", "invalid_event_types")]
    public async Task A_wrong_query_of_the_log_is_refused(string query, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, Hooks.Log + query);
        Assert.Equal((400, code), (status, body.GetProperty("error").Text("code")));
    }

    // For each secret nothing if the package takes the delivery with it alone, else the error's class.
    private static async Task<string[]> AcceptedByAsync(GatewayHost gateway, int index, params string[] secrets)
    {
        var got = (await gateway.DeliveriesAsync("rotated", index + 1))[index];
        var result = await NodeScripts.RunAsync(
            gateway, "webhooks-unwrap",
            [Convert.ToBase64String(got.Body.Span), got.Headers["webhook-id"], got.Headers["webhook-timestamp"], got.Headers["webhook-signature"], secrets[^1], .. secrets]);
        return [.. result.GetProperty("others").EnumerateArray().Select(item => item.GetString() ?? "")];
    }
}
