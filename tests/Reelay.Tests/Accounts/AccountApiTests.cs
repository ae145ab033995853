using System.Text.Json;
using Reelay.Server.Accounts;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>Accounts and lists of keys through the admin API.</summary>
public sealed class AccountApiTests
{
    [Fact]
    public async Task An_account_is_opened_with_a_row_of_the_ledger_read_and_changed()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var made = await gateway.DoneAsync(HttpMethod.Post, "accounts", new
        {
            name = "team",
            balance_micros = 7_000_000,
            reason = "transfer 17",
            floor_micros = -1_000_000,
            requests_per_minute = 60,
            total_budget_micros = 100_000_000,
            assets_retention_seconds = 3600,
            max_in_flight = 5,
        });
        var id = Operator.Text(made, "id")!;
        Assert.Matches("^acct_[0-9A-Za-z]{20}$", id);
        Assert.Equal(made.GetRawText(), (await gateway.DoneAsync(HttpMethod.Get, "accounts/" + id)).GetRawText());
        Assert.Equal((7_000_000, -1_000_000, 60, 3600), (
            made.GetProperty("balance_micros").GetInt64(), made.GetProperty("floor_micros").GetInt64(),
            made.GetProperty("requests_per_minute").GetInt64(), made.GetProperty("assets_retention_seconds").GetInt64()));
        Assert.Equal("adjust 7000000 0 transfer 17", gateway.Database(connection => connection.Scalar<string>(
            "SELECT kind || ' ' || balance_micros || ' ' || reserved_micros || ' ' || reason FROM ledger_entries WHERE account_id = @id", ("@id", id))));

        var changed = await gateway.DoneAsync(HttpMethod.Patch, "accounts/" + id, new { name = "new name", requests_per_minute = (int?)null, prompts_retention_seconds = 60 });
        Assert.Equal(("new name", false, 5, 60, 3600), (
            Operator.Text(changed, "name"), changed.TryGetProperty("requests_per_minute", out _), changed.GetProperty("max_in_flight").GetInt64(),
            changed.GetProperty("prompts_retention_seconds").GetInt64(), changed.GetProperty("assets_retention_seconds").GetInt64()));
        var account = gateway.Services.GetRequiredService<AccountBook>().Find(id)!;
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), null), (account.Retention.Prompts, account.Retention.Assets, account.Retention.Inputs));
    }

    [Theory]
    [InlineData("""{"name":"x","balance_micros":-1}""", "invalid_value")]
    [InlineData("""{"name":"x","floor_micros":1}""", "invalid_value")]
    [InlineData("""{"name":"x","balance_micros":9223372036854775807}""", "invalid_value")]
    [InlineData("""{"name":"x","id":"acct_admin"}""", "account_exists")]
    [InlineData("""{"name":"x","spent_micros":5}""", "unknown_parameter")]
    [InlineData("""{"name":"x","default_groups":["*"]}""", "invalid_groups")]
    [InlineData("""{"balance_micros":5}""", "invalid_name")]
    [InlineData("""[]""", "invalid_name")]
    public async Task An_impossible_account_is_refused(string body, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (status, answer) = await gateway.AdminAsync(HttpMethod.Post, "accounts", body);
        Assert.Equal((400, code), (status, Operator.Code(answer)));
        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM ledger_entries")));
    }

    [Fact]
    public async Task A_balance_is_no_field_to_change_and_the_own_account_cannot_be_shut()
    {
        await using var gateway = await GatewayHost.StartAsync();
        Assert.Equal((400, "unknown_parameter"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "accounts/acct_sandbox", new { balance_micros = 5 })));
        Assert.Equal((400, "account_in_use"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "accounts/acct_admin", new { disabled = true })));
        Assert.Equal((404, "account_not_found"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "accounts/acct_none", new { name = "x" })));
        Assert.Equal((404, "account_not_found"), Seen(await gateway.AdminAsync(HttpMethod.Get, "accounts/acct_none")));
        Assert.Equal((400, "invalid_json"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "accounts/acct_sandbox", "[]")));
        var own = Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, "keys?account_id=acct_admin")).Single();
        Assert.Equal((400, "key_in_use"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "keys/" + own, new { disabled = true })));
        Assert.Equal((400, "key_in_use"), Seen(await gateway.AdminAsync(HttpMethod.Patch, "keys/" + own, new { scopes = new[] { "read" } })));
        Assert.Equal((403, "admin_key_required"), await gateway.TryAsync(gateway.Client, HttpMethod.Get, "/admin/v1/accounts"));
    }

    [Fact]
    public async Task Lists_go_page_by_page_and_a_search_takes_percent_and_underscore_for_letters()
    {
        await using var gateway = await GatewayHost.StartAsync();
        string[] names = ["a_b", "aXb", "a%b", "aYYb", "%", "_", "b"];
        foreach (var name in names)
        {
            await gateway.DoneAsync(HttpMethod.Post, "accounts", new { name, id = "acct_" + Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(name)) });
            await gateway.DoneAsync(HttpMethod.Post, "keys", new { name, account_id = name == "b" ? "acct_62" : "acct_sandbox" });
        }

        Assert.Equal(["a_b"], Names(await gateway.DoneAsync(HttpMethod.Get, "accounts?order=asc&name=a_")));
        Assert.Equal(["a%b"], Names(await gateway.DoneAsync(HttpMethod.Get, "keys?order=asc&name=a%25")));
        Assert.Equal(["a%b", "aXb", "aYYb", "a_b"], Names(await gateway.DoneAsync(HttpMethod.Get, "keys?order=asc&name=a&account_id=acct_sandbox")));
        Assert.Empty(Names(await gateway.DoneAsync(HttpMethod.Get, "keys?name=b&account_id=acct_sandbox")));
        Assert.Equal(["b"], Names(await gateway.DoneAsync(HttpMethod.Get, "keys?account_id=acct_62")));

        foreach (var (list, filter) in new[] { ("accounts", ""), ("keys", ""), ("keys", "&account_id=acct_sandbox"), ("keys", "&name=a"), ("accounts", "&name=a") })
        {
            var whole = Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, $"{list}?limit=100&order=asc{filter}"));
            Assert.Equal(whole.Reverse(), Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, $"{list}?limit=100{filter}")));
            var walked = new List<string>();
            for (var page = await gateway.DoneAsync(HttpMethod.Get, $"{list}?limit=2&order=asc{filter}"); ;
                page = await gateway.DoneAsync(HttpMethod.Get, $"{list}?limit=2&order=asc{filter}&after={walked[^1]}"))
            {
                walked.AddRange(Operator.Ids(page));
                if (!page.GetProperty("has_more").GetBoolean()) break;
            }

            Assert.Equal(whole, walked);
        }

        var key = (await gateway.DoneAsync(HttpMethod.Get, "keys?limit=1")).GetProperty("data")[0];
        Assert.Contains(Operator.Text(key, "id"), Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, "keys?secret_hint=" + Operator.Text(key, "secret_hint"))));
        foreach (var wrong in new[] { "keys?limit=101", "keys?order=up", "keys?after=key_none", "keys?secret_hint=ab", "keys?secret_hint=abcd&name=x", "accounts?after=acct_none" })
        {
            Assert.Equal(400, (await gateway.AdminAsync(HttpMethod.Get, wrong)).Status);
        }
    }

    // The failure of a peer: a search with wildcards that reads the whole table. Here every search walks an index in the order of the page.
    [Fact]
    public async Task Wildcard_searches_cannot_exhaust_the_database()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "Plans of SQLite.");
        await using var gateway = await GatewayHost.StartAsync();
        string[] filters = ["", "AND k.account_id = 'x'", "AND k.secret_hint = 'abcd'"];
        string[] named = ["AND k.name >= 'x' AND k.name < 'x' || 'z'", "AND k.account_id = 'x' AND k.name >= 'x' AND k.name < 'x' || 'z'"];
        var plans = filters.Select(filter => (filter, sort: "created_at")).Concat(named.Select(filter => (filter, sort: "name")))
            .Select(row => $"SELECT {SqlKeyRows.Columns} FROM {SqlKeyRows.Source} WHERE 1 = 1 {row.filter} ORDER BY k.{row.sort} DESC, k.id DESC LIMIT 21");
        foreach (var sql in plans)
        {
            var plan = gateway.Database(connection => connection.Query(row => row.GetString(3), "EXPLAIN QUERY PLAN " + sql));
            Assert.Contains(plan, step => step.Contains("USING INDEX keys_by_", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        }

        var byHash = gateway.Database(connection => connection.Query(
            row => row.GetString(3),
            $"EXPLAIN QUERY PLAN SELECT {SqlKeyRows.Columns} FROM {SqlKeyRows.Source} WHERE (k.secret_sha256 = x'00' OR (k.previous_sha256 = x'00' AND k.previous_until > 5)) AND k.revoked_at IS NULL"));
        Assert.DoesNotContain(byHash, step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }

    private static string[] Names(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("name").GetString()!)];

    private static (int, string) Seen((int Status, JsonElement Body) answer) => (answer.Status, Operator.Code(answer.Body));
}
