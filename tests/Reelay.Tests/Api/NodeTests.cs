using System.Text.Json;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What operators see of the nodes, and what load balancers do.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task The_one_node_of_a_file_is_listed_with_everything_that_is_its_own()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);

        var node = Assert.Single((await ListAsync(gateway, admin, "")).GetProperty("data").EnumerateArray());

        Assert.Equal(("node", "live", 256, true), (Text(node, "object"), Text(node, "status"), node.GetProperty("shards").GetInt32(), node.GetProperty("is_self").GetBoolean()));
        Assert.StartsWith("node_", Text(node, "id"));
        Assert.Equal(Server.ProgramVersion.Text, Text(node, "version"));
        Assert.True(node.GetProperty("last_seen_at").GetInt64() >= node.GetProperty("started_at").GetInt64());
        Assert.True(node.GetProperty("lag_ms").GetInt64() >= 0);
        Assert.Equal(0, node.GetProperty("tasks").GetInt32());
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/nodes")).Status);
        Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/nodes?after=node_nobody", client: admin)).Status);
    }

    [Fact]
    public async Task Others_are_listed_as_what_they_last_said_page_by_page()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "It replaces the leases of SQLite.");
        ILeaseStore? leases = null;
        await using var gateway = await GatewayHost.StartAsync(services: services => UseTimedLeases(services, made => leases = made));
        using var admin = gateway.NewClient(gateway.AdminKey);
        await leases!.JoinAsync(new NodeReport("node_0", "9.9.9", 5, IsDraining: true, 7, 12), TestContext.Current.CancellationToken);
        gateway.Database(connection => connection.Execute(
            "INSERT INTO nodes (id, version, started_at, last_seen_at, live_tasks) VALUES ('node_1', '9.9.8', 1, 2, 3)"));

        var first = await ListAsync(gateway, admin, "?order=asc&limit=2");
        var nodes = first.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["node_0:draining:7:12", "node_1:dead:3:0"], nodes.Select(node =>
            $"{Text(node, "id")}:{Text(node, "status")}:{node.GetProperty("tasks")}:{node.GetProperty("lag_ms")}"));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        var self = Assert.Single((await ListAsync(gateway, admin, "?order=asc&after=node_1")).GetProperty("data").EnumerateArray());
        Assert.Equal((true, "live", 256), (self.GetProperty("is_self").GetBoolean(), Text(self, "status"), self.GetProperty("shards").GetInt32()));
    }

    [Fact]
    public async Task A_server_without_a_shard_or_a_lease_that_holds_is_not_ready_and_takes_no_orders()
    {
        await using var gateway = await GatewayHost.StartAsync(services: services => UseTimedLeases(services, _ => { }));
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
        var ownership = gateway.Services.GetRequiredService<Ownership>();

        // It leaves, and nobody is there to give anything back.
        await gateway.Services.GetRequiredService<ShardKeeper>().LeaveAsync(TestContext.Current.CancellationToken);
        Assert.False(ownership.HasAny);
        Assert.Equal(503, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
        var (status, refused) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a boat" });
        Assert.Equal((503, "not_ready"), (status, refused.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);

        ownership.Grant([new OwnedShard(3, 1)]);
        ownership.Extend(long.MinValue);
        Assert.Equal(503, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
        ownership.Extend(long.MaxValue);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
    }

    private static void UseTimedLeases(IServiceCollection services, Action<ILeaseStore> made) => services.AddSingleton<ILeaseStore>(provider =>
    {
        var leases = new SqliteLeaseStore(provider.GetRequiredService<SqliteDatabase>(), TimeProvider.System, TimeSpan.FromSeconds(60));
        made(leases);
        return leases;
    });

    private static async Task<JsonElement> ListAsync(GatewayHost gateway, HttpClient admin, string query)
    {
        var (status, page) = await gateway.SendAsync(HttpMethod.Get, "/admin/v1/nodes" + query, client: admin);
        Assert.Equal(200, status);
        return page;
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
