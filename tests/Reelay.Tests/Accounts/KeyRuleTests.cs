using Reelay.Server.Accounts;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>What a key may do, from where, and how long.</summary>
public sealed class KeyRuleTests
{
    [Fact]
    public async Task A_scope_opens_its_methods_and_no_others()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, reader) = await gateway.KeyAsync(new { name = "reader", scopes = new[] { "read" } });
        var (_, creator) = await gateway.KeyAsync(new { name = "creator", scopes = new[] { "create" } });
        var (_, admin) = await gateway.KeyAsync(new { name = "admin", scopes = new[] { "admin" } });
        using (reader)
        using (creator)
        using (admin)
        {
            Assert.Equal((200, ""), await gateway.TryAsync(reader, HttpMethod.Get, "/v1/videos"));
            Assert.Equal((403, "scope_required"), await gateway.TryOrderAsync(reader));
            Assert.Equal((403, "scope_required"), await gateway.TryAsync(reader, HttpMethod.Delete, "/v1/videos/task_x"));
            Assert.Equal((403, "admin_key_required"), await gateway.TryAsync(reader, HttpMethod.Get, "/admin/v1/keys"));
            Assert.Equal((200, ""), await gateway.TryOrderAsync(creator));
            Assert.Equal((403, "scope_required"), await gateway.TryAsync(creator, HttpMethod.Get, "/v1/videos"));
            Assert.Equal((403, "scope_required"), await gateway.TryAsync(admin, HttpMethod.Get, "/v1/models"));
            Assert.Equal((403, "scope_required"), await gateway.TryOrderAsync(admin));
            Assert.Equal((200, ""), await gateway.TryAsync(admin, HttpMethod.Get, "/admin/v1/keys"));
        }
    }

    [Fact]
    public async Task A_key_orders_and_sees_its_models_alone()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, client) = await gateway.KeyAsync(new { name = "kling only", models = new[] { "kling-video", "sora-2-pro" } });
        using (client)
        {
            var (_, list) = await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: client);
            var ids = Operator.Ids(list);
            Assert.Contains("kling-video", ids);
            Assert.Contains("sora-2-pro", ids);
            Assert.Contains("kling-v3", ids);
            Assert.DoesNotContain("sora-2", ids);
            Assert.Equal((404, "model_not_found"), await gateway.TryOrderAsync(client));
            Assert.Equal((404, "model_not_found"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models/sora-2"));
            Assert.Equal((404, "model_not_found"), await gateway.TryAsync(client, HttpMethod.Post, "/v1/videos/estimate", new { prompt = "x", model = "sora-2" }));
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Post, "/v1/videos", new { prompt = "x", model = "sora-2-pro" }));
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Post, "/v1/videos", new { prompt = "x", model = "kling-v3" }));
        }

        Assert.Equal((400, "invalid_models"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "x", models = new[] { "no-such-model" } })));
    }

    [Fact]
    public async Task A_key_works_from_its_addresses_as_the_trusted_proxy_tells_them()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:TrustedProxies"] = "127.0.0.1" });
        var (id, client) = await gateway.KeyAsync(new { name = "inside", addresses = new[] { "10.0.0.0/8" } });
        using (client)
        {
            Assert.Equal((403, "address_not_allowed"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.2.3.4");
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            client.DefaultRequestHeaders.Remove("X-Forwarded-For");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.2.3.4, 203.0.113.9");
            Assert.Equal((403, "address_not_allowed"), await gateway.TryOrderAsync(client));
            client.DefaultRequestHeaders.Remove("X-Forwarded-For");

            await gateway.DoneAsync(HttpMethod.Patch, "keys/" + id, new { addresses = new[] { "10.0.0.0/8", "::ffff:127.0.0.0/104" } });
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
        }
    }

    [Fact]
    public async Task Forwarded_addresses_of_strangers_are_not_believed()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, client) = await gateway.KeyAsync(new { name = "inside", addresses = new[] { "10.0.0.0/8" } });
        using (client)
        {
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.2.3.4");
            Assert.Equal((403, "address_not_allowed"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
        }
    }

    [Fact]
    public async Task A_key_ends_when_it_expires_and_rests_while_it_or_its_account_is_disabled()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var expiry = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var account = await gateway.DoneAsync(HttpMethod.Post, "accounts", new { name = "team", unlimited = true });
        var accountId = Operator.Text(account, "id");
        var (id, client) = await gateway.KeyAsync(new { name = "short", account_id = accountId, expires_at = expiry });
        using (client)
        {
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            await gateway.DoneAsync(HttpMethod.Patch, "keys/" + id, new { disabled = true });
            Assert.Equal((401, "api_key_disabled"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            await gateway.DoneAsync(HttpMethod.Patch, "keys/" + id, new { disabled = false });
            await gateway.DoneAsync(HttpMethod.Patch, "accounts/" + accountId, new { disabled = true });
            Assert.Equal((403, "account_disabled"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            await gateway.DoneAsync(HttpMethod.Patch, "accounts/" + accountId, new { disabled = false });
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            clock.Ahead = TimeSpan.FromHours(2);
            Assert.Equal((401, "api_key_expired"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            await gateway.DoneAsync(HttpMethod.Patch, "keys/" + id, new { expires_at = (long?)null });
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
        }

        Assert.Equal((400, "invalid_value"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "keys/" + id, new { expires_at = 1000 })));
    }

    [Fact]
    public async Task Groups_are_those_of_the_account_in_the_keys_own_order()
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Channels:sandbox_kling:Groups"] = "official, stable", ["Reelay:Channels:sandbox_openai:Groups"] = "default, stable",
        });
        var account = Operator.Text(
            await gateway.DoneAsync(HttpMethod.Post, "accounts", new { name = "team", unlimited = true, allowed_groups = new[] { "stable" } }), "id");
        Assert.Equal((400, "invalid_groups"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "x", account_id = account, groups = new[] { "official" } })));
        Assert.Equal((400, "invalid_groups"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "x", account_id = account, groups = new[] { "*" } })));
        var (id, client) = await gateway.KeyAsync(new { name = "both", account_id = account, groups = new[] { "stable", "default" } });
        var (plainId, plain) = await gateway.KeyAsync(new { name = "plain", account_id = account });
        using (client)
        using (plain)
        {
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models/kling-v3"));
            Assert.Equal((404, "model_not_found"), await gateway.TryAsync(plain, HttpMethod.Get, "/v1/models/kling-v3"));

            // What the account loses its keys lose; what it gets by default they get.
            await gateway.DoneAsync(HttpMethod.Patch, "accounts/" + account, new { allowed_groups = Array.Empty<string>(), default_groups = new[] { "official", "default" } });
            Assert.Equal((404, "model_not_found"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models/kling-v3"));
            Assert.Equal((200, ""), await gateway.TryAsync(plain, HttpMethod.Get, "/v1/models/kling-v3"));
            Assert.Equal("""["default"]""", (await gateway.DoneAsync(HttpMethod.Get, "keys/" + id)).GetProperty("groups").GetRawText());
            Assert.Equal("""["official","default"]""", (await gateway.DoneAsync(HttpMethod.Get, "keys/" + plainId)).GetProperty("groups").GetRawText());
        }
    }

    [Fact]
    public async Task The_last_use_is_noted_beside_the_requests()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (id, client) = await gateway.KeyAsync(new { name = "used" });
        using (client)
        {
            Assert.False((await gateway.DoneAsync(HttpMethod.Get, "keys/" + id)).TryGetProperty("last_used_at", out _));
            await gateway.TryAsync(client, HttpMethod.Get, "/v1/models");
            var keeper = gateway.Services.GetServices<IHostedService>().OfType<KeyUseKeeper>().Single();
            keeper.Save();
            var used = (await gateway.DoneAsync(HttpMethod.Get, "keys/" + id)).GetProperty("last_used_at").GetInt64();
            Assert.InRange(used, TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds());
        }
    }

    private static (int, string) Seen((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Status, Operator.Code(answer.Body));
}
