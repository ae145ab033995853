using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Reelay.Server.Storage;

namespace Reelay.Tests.Cluster;

/// <summary>How long a task is without a node when its own dies, and how long a shard is when its node leaves in good order. Times are printed, not judged.</summary>
[Collection("cluster")]
public sealed class TakeOverTests(SharedCluster cluster)
{
    private const int OrderCount = 12;

    [Fact]
    [Trait("Chaos", "TakeOver")]
    public Task Tasks_of_a_node_that_dies_or_stands_still_are_polled_by_another_one() => RunAsync(async world =>
    {
        var killed = await MeasureAsync(world, world.Nodes[0], node => node.KillAsync());
        world.Nodes[0].Launch();
        await world.Nodes[0].AwaitReadyAsync();
        await world.Nodes[0].IdentifyAsync(world.AdminKey);
        await world.BalancedAsync();
        var stopped = await MeasureAsync(world, world.Nodes[1], node => node.SignalAsync("STOP"));
        await world.Nodes[1].SignalAsync("CONT");
        await world.BalancedAsync();
        Console.WriteLine($"take-over: to the first poll by another node after SIGKILL {Words(killed)}, after SIGSTOP {Words(stopped)}");
    });

    [Fact]
    [Trait("Chaos", "HandOver")]
    public Task Idle_shards_of_a_node_that_leaves_are_taken_by_the_others() => RunAsync(async world =>
    {
        var node = world.Nodes[2];
        using var connection = world.Connect();
        var asked = Stopwatch.GetTimestamp();
        await node.TerminateAsync();
        await world.UntilAsync(
            () => connection.Scalar<long>("SELECT count(*) FROM shards WHERE owner IS NULL OR owner = @id", ("@id", node.Id)) == 0,
            () => $"node {node.Id} still has shards");
        var time = Stopwatch.GetElapsedTime(asked);
        Assert.Equal(0, await node.ExitAsync());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"hand-over: all idle shards of a node are others' {time.TotalSeconds:F2} s after SIGTERM"));
        node.Launch();
        await node.AwaitReadyAsync();
        await node.IdentifyAsync(world.AdminKey);
        await world.BalancedAsync();
    });

    private Task RunAsync(Func<ClusterWorld, Task> run)
    {
        Chaos.SkipUnlessAsked();
        return cluster.RunAsync(run);
    }

    private static async Task<List<TimeSpan>> MeasureAsync(ClusterWorld world, ClusterNode node, Func<ClusterNode, Task> end)
    {
        using var client = world.Direct(node);
        var orders = new List<string>();
        for (var n = 0; n < OrderCount; n++)
        {
            using var response = await client.PostAsJsonAsync("/v1/videos", new { prompt = $"orphan {n} of {node.Id} [slow:12]" }, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, text);
            orders.Add(JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!);
        }

        using var connection = world.Connect();
        List<string> upstreamIds = [];
        await world.UntilAsync(
            () => (upstreamIds = connection.Query(
                row => row.GetString(0), "SELECT upstream_id FROM attempts WHERE task_id = ANY(@ids) AND submitted_at IS NOT NULL", ("@ids", orders.ToArray()))).Count == OrderCount,
            () => "the orders were not submitted");

        var ended = Stopwatch.GetTimestamp();
        await end(node);

        // Whoever polls them now does so at the address that they were sent to: the way of the node that is gone.
        foreach (var any in world.Nodes) any.Polls.Clear();
        var polls = node.Polls;
        await world.UntilAsync(
            () => upstreamIds.TrueForAll(polls.ContainsKey),
            () => "these orphans were not polled:\n" + string.Join('\n', connection.Query(
                row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)} {row.GetString(3)}",
                "SELECT t.id, t.phase, a.channel_id || ' ' || a.upstream_id, coalesce(s.owner, 'nobody') FROM tasks t JOIN attempts a ON a.task_id = t.id JOIN shards s ON s.id = t.shard WHERE t.id = ANY(@ids)",
                ("@ids", orders.ToArray()))) + "\npolls: " + string.Join(' ', polls.Keys));
        return [.. upstreamIds.Select(id => Stopwatch.GetElapsedTime(ended, polls[id])).Order()];
    }

    private static string Words(List<TimeSpan> times) => string.Create(
        CultureInfo.InvariantCulture, $"{times[times.Count / 2].TotalSeconds:F2} s (median of {times.Count}, worst {times[^1].TotalSeconds:F2} s)");
}
