using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

/// <summary>Prices, balance, usage, ledger and audit over HTTP, as callers and operators meet them.</summary>
public sealed class BillingFlowTests
{
    private const string Adjustments = "/admin/v1/accounts/acct_sandbox/adjustments";

    [Fact]
    public async Task A_video_is_paid_from_a_balance_and_everything_adds_up()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Groups:default:PriceFactor"] = "1.5", ["Reelay:Channels:sandbox_openai:CostFactor"] = "0.5" });
        using var admin = gateway.NewClient(gateway.AdminKey);
        gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0"));
        Assert.Equal((200, 1_000_000), await AdjustAsync(gateway, admin, 1_000_000, "first"));
        Assert.Equal((200, 1_000_000), await AdjustAsync(gateway, admin, 1_000_000, "first"));

        var estimate = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { prompt = "x" })).Body;
        Assert.Equal(600_000, estimate.GetProperty("price_micros").GetInt64());
        var (_, created) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "[stuck] x" });
        Assert.Equal("reserved 600000 0.60 USD", Cost(created));
        Assert.Equal((1_000_000, 600_000, 400_000), await BalanceAsync(gateway));
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" })).Status);
        Assert.Equal(400, (await AdjustAsync(gateway, admin, -400_001, "too much")).Status);

        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + created.GetProperty("id").GetString());
        await AdjustAsync(gateway, admin, 2_000_000, "second");
        var done = await gateway.FinishAsync(await gateway.OrderAsync("a boat"));
        Assert.Equal("settled 300000 0.30 USD measured", Cost(done));
        var task = await gateway.AdminTaskAsync(done.GetProperty("id").GetString()!);
        Assert.Equal((100_000, "reckoned"), (task.GetProperty("cost_micros").GetInt64(), task.GetProperty("attempts")[0].GetProperty("cost_basis").GetString()));
        Assert.Equal(1_500_000, task.GetProperty("price").GetProperty("factor_millionths").GetInt64());
        Assert.DoesNotContain("reckoned", done.GetRawText(), StringComparison.Ordinal);

        var usage = (await gateway.SendAsync(HttpMethod.Get, "/v1/usage")).Body.GetProperty("data");
        Assert.Contains(usage.EnumerateArray(), row => row.GetProperty("model").GetString() == "sora-2" && row.GetProperty("cost_micros").GetInt64() >= 300_000);
        var settled = (await gateway.SendAsync(HttpMethod.Get, $"/admin/v1/ledger?task_id={done.GetProperty("id").GetString()}&kind=settle", client: admin)).Body.GetProperty("data")[0];
        Assert.Equal((-300_000, -600_000, 2, 100_000), (Number(settled, "balance_micros"), Number(settled, "reserved_micros"), Number(settled, "seconds"), Number(settled, "cost_micros")));
        var first = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/ledger?limit=1&order=asc&account_id=acct_sandbox", client: admin)).Body;
        Assert.Equal(("first", true), (first.GetProperty("data")[0].GetProperty("idempotency_key").GetString(), first.GetProperty("has_more").GetBoolean()));
        var audit = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/ledger/audit", client: admin)).Body;
        Assert.True(audit.GetProperty("ok").GetBoolean(), audit.GetRawText());
        foreach (var path in new[] { "/admin/v1/ledger", "/admin/v1/ledger/audit", "/admin/v1/prices/sora-2" }) Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Fact]
    public async Task A_new_price_list_holds_for_new_orders_alone_and_survives_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("reelay-prices-").FullName;
        try
        {
            string stuck;
            await using (var gateway = await GatewayHost.StartAsync(folder: folder))
            {
                using var admin = gateway.NewClient(gateway.AdminKey);
                (_, var before) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
                stuck = before.GetProperty("id").GetString()!;
                var (status, set) = await gateway.SendAsync(HttpMethod.Put, "/admin/v1/prices/sora-2", new { prices = new[] { new { per = "call", micros = 7 } } }, admin);
                Assert.Equal((200, "admin-1", "admin"), (status, set.GetProperty("version").GetString(), set.GetProperty("source").GetString()));
                Assert.Equal("reserved 7 0.000007 USD", Cost((await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "y" })).Body));
                Assert.Equal("settled 200000 0.20 USD measured", Cost(await gateway.FinishAsync(stuck)));
                foreach (var wrong in new object[]
                {
                    new { prices = new[] { new { per = "second", micros = -1 } } }, new { prices = new[] { new { per = "second", micros = 1, tier = "9p" } } }, new { prices = Array.Empty<object>() },
                    new { free = true, prices = new[] { new { per = "second", micros = 1 } } }, new { prices = new[] { new { per = "second", micros = 1, colour = "red" } } }, new { },
                }) Assert.Equal((400, "invalid_prices"), await CodeAsync(gateway, admin, wrong));
            }

            await using (var gateway = await GatewayHost.StartAsync(folder: folder))
            {
                using var admin = gateway.NewClient(gateway.AdminKey);
                Assert.Equal("admin-1", (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/prices/sora-2", client: admin)).Body.GetProperty("version").GetString());
                Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Put, "/admin/v1/prices/sora-2", new { free = true }, admin)).Status);
                Assert.Equal("reserved 0 0.00 USD", Cost((await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "z" })).Body));
                var (_, back) = await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/prices/sora-2", client: admin);
                Assert.Equal(("shipped", false), (back.GetProperty("source").GetString(), back.GetProperty("free").GetBoolean()));
                Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Put, "/admin/v1/prices/nothing", new { free = true }, admin)).Status);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int, string?)> CodeAsync(GatewayHost gateway, HttpClient admin, object body)
    {
        var (status, answer) = await gateway.SendAsync(HttpMethod.Put, "/admin/v1/prices/sora-2", body, admin);
        return (status, status == 200 ? null : answer.GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<(int Status, long Micros)> AdjustAsync(GatewayHost gateway, HttpClient admin, long micros, string key)
    {
        var (status, body) = await gateway.SendAsync(HttpMethod.Post, Adjustments, new { amount_micros = micros, reason = "a test", idempotency_key = key }, admin);
        return (status, status == 200 ? Number(body, "balance_micros") : 0);
    }

    private static async Task<(long, long, long)> BalanceAsync(GatewayHost gateway)
    {
        var (_, body) = await gateway.SendAsync(HttpMethod.Get, "/v1/balance");
        return (Number(body, "balance_micros"), Number(body, "reserved_micros"), Number(body, "available_micros"));
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static string Cost(JsonElement video)
    {
        var cost = video.GetProperty("cost");
        var basis = cost.TryGetProperty("basis", out var known) ? " " + known.GetString() : "";
        return $"{cost.GetProperty("status").GetString()} {Number(cost, "micros")} {cost.GetProperty("amount").GetString()} {cost.GetProperty("currency").GetString()}{basis}";
    }
}
