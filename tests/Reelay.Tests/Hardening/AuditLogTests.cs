using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Server.Api;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>What operators change is on record before it is done, and no secret with it.</summary>
public sealed class AuditLogTests
{
    private const string Secret = "sk-not-to-be-seen-4711";

    [Fact]
    public async Task Every_mutating_administrative_route_says_which_fields_may_be_logged()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var endpoints = (EndpointDataSource)gateway.Services.GetService(typeof(EndpointDataSource))!;
        var mutating = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/admin/", StringComparison.Ordinal))
            .Where(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Any(method => method is not ("GET" or "HEAD"))).ToList();
        Assert.True(mutating.Count >= 10, mutating.Count.ToString());
        Assert.Equal([], [.. mutating.Where(route => route.Metadata.GetMetadata<AuditedFields>() is null).Select(route => route.DisplayName!)]);
        var listed = mutating.SelectMany(route => route.Metadata.GetMetadata<AuditedFields>()!.Names).ToHashSet();
        Assert.Equal([], [.. listed.Where(name => name.Contains("secret") || name.Contains("key") || name is "url" or "base_url" or "headers" or "proxy" or "options")]);
    }

    [Fact]
    public async Task A_change_is_listed_with_who_where_what_and_what_came_of_it()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var channel = new { id = "mine", base_url = "http://127.0.0.1:1/" + Secret, api_key = Secret, models = new[] { "m=sora-2" }, priority = 5 };
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", channel, admin)).Status);
        Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", channel, admin)).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/channels/mine", client: admin)).Status);

        var rows = await ListAsync(gateway, admin, "?order=asc");
        Assert.Equal(3, rows.Count);
        Assert.Equal(
            ("audit_entry", "POST", "/admin/v1/channels", "mine", 200, 5),
            (Text(rows[0], "object"), Text(rows[0], "method"), Text(rows[0], "route"), Text(rows[0], "target"), rows[0].GetProperty("status").GetInt32(),
            rows[0].GetProperty("fields").GetProperty("priority").GetInt32()));
        Assert.Equal(["api_key", "base_url"], rows[0].GetProperty("other_fields").EnumerateArray().Select(name => name.GetString()!));
        Assert.Contains(Text(rows[0], "address"), new[] { "127.0.0.1", "::1" });
        Assert.Equal((400, "channel_exists"), (rows[1].GetProperty("status").GetInt32(), Text(rows[1], "error_code")));
        Assert.Equal(("DELETE", "/admin/v1/channels/{id}", "mine"), (Text(rows[2], "method"), Text(rows[2], "route"), Text(rows[2], "target")));
        var own = Text(rows[0], "key_id");
        Assert.StartsWith("key_", own);

        Assert.Equal(3, (await ListAsync(gateway, admin, "?key_id=" + own)).Count);
        Assert.Empty(await ListAsync(gateway, admin, "?key_id=key_%25"));
        Assert.Equal(2, (await ListAsync(gateway, admin, "?target=mine")).Count);
        Assert.Single(await ListAsync(gateway, admin, "?route=/admin/v1/channels/%7Bid%7D"));
        Assert.Empty(await ListAsync(gateway, admin, "?until=1"));
        var first = await ListAsync(gateway, admin, "?limit=1");
        var next = await ListAsync(gateway, admin, "?limit=1&after=" + Text(first[0], "id"));
        Assert.Equal((Text(rows[2], "id"), Text(rows[1], "id")), (Text(first[0], "id"), Text(next[0], "id")));
        foreach (var wrong in new[] { "?limit=-1", "?order=x", "?after=aud_x", "?since=yesterday" })
            Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/audit_log" + wrong, client: admin)).Status);
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/audit_log")).Status);
    }

    [Fact]
    public async Task No_secret_of_any_administrative_body_is_in_the_log()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var endpoints = (EndpointDataSource)gateway.Services.GetService(typeof(EndpointDataSource))!;
        var count = 0;
        foreach (var route in endpoints.Endpoints.OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText!.StartsWith("/admin/", StringComparison.Ordinal)))
        {
            var shown = route.Metadata.GetMetadata<AuditedFields>()?.Names ?? [];
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(method => method is "POST" or "PUT" or "PATCH"))
            {
                // Everywhere a secret may stand, and where it may not: as a name, inside objects, in too long a value of a field that is shown.
                var body = new Dictionary<string, object?>
                {
                    ["api_key"] = Secret, ["secret"] = Secret, ["headers"] = new { authorization = Secret }, [Secret] = 1, ["note"] = new[] { Secret },
                };
                foreach (var name in shown) body[name] = new string('x', 600) + Secret;
                await gateway.SendAsync(new HttpMethod(method), route.RoutePattern.RawText!.Replace("{id}", "none"), body, admin);
                await gateway.SendAsync(new HttpMethod(method), route.RoutePattern.RawText!.Replace("{id}", "none"), $"{{\"api_key\": \"{Secret}\"", admin);
                count += 2;
            }
        }

        var made = (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "team" }, admin)).Body;
        var table = gateway.Database(connection => connection.Query(
            row => $"{row.GetValue(0)} {row.GetValue(1)} {row.GetValue(2)} {row.GetValue(3)}",
            "SELECT l.target, l.fields_json, o.made, o.error_code FROM audit_log l LEFT JOIN audit_outcomes o ON o.entry_id = l.id"));
        Assert.True(table.Count > count && count > 6, $"{table.Count} {count}");
        Assert.All(table, row => Assert.DoesNotContain(Secret, row));
        Assert.All(table, row => Assert.DoesNotContain(made.GetProperty("secret").GetString()!, row));
        Assert.Contains(table, row => row.Contains("(other)"));
    }

    [Fact]
    public async Task A_change_that_cannot_be_logged_is_not_made()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var before = await KeysAsync(gateway, admin);
        gateway.Database(connection => connection.Execute(
            "CREATE TRIGGER full_log BEFORE INSERT ON audit_log BEGIN SELECT RAISE(FAIL, 'full'); END"));
        Assert.Equal(500, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "unseen" }, admin)).Status);
        Assert.Equal(before, await KeysAsync(gateway, admin));
    }

    [Fact]
    public async Task What_is_written_cannot_be_changed_and_strangers_write_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        using var stranger = gateway.NewClient("sk-unknown");
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "x" }, stranger)).Status);
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "x" })).Status);
        Assert.Empty(await ListAsync(gateway, admin));
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "x" }, admin)).Status);
        foreach (var sql in new[] { "DELETE FROM audit_log", "UPDATE audit_log SET key_id = 'x'", "DELETE FROM audit_outcomes", "UPDATE audit_outcomes SET status = 1" })
            Assert.Throws<SqliteException>(() => gateway.Database(connection => connection.Execute(sql)));
        Assert.Single(await ListAsync(gateway, admin));
    }

    private static async Task<List<JsonElement>> ListAsync(GatewayHost gateway, HttpClient admin, string query = "")
    {
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, "/admin/v1/audit_log" + query, client: admin);
        Assert.Equal(200, status);
        return [.. body.GetProperty("data").EnumerateArray()];
    }

    private static async Task<int> KeysAsync(GatewayHost gateway, HttpClient admin) =>
        (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Body.GetProperty("data").GetArrayLength();

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
