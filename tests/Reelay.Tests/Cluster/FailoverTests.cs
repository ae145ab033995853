using System.Diagnostics;
using System.Globalization;

namespace Reelay.Tests.Cluster;

/// <summary>The database's own machine dies and another one takes its place, under load. Takes minutes: only <c>make chaos</c> runs it.</summary>
[Collection("cluster")]
public sealed class FailoverTests
{
    [Fact]
    [Trait("Chaos", "Failover")]
    public async Task When_the_database_fails_over_the_nodes_recover_by_themselves_and_nothing_acknowledged_is_lost()
    {
        Chaos.SkipUnlessAsked();
        await using var patroni = await PatroniCluster.StartAsync();
        await using var world = await ClusterWorld.StartAsync(3, patroni.Connection);
        await ChaosRun.ExecuteAsync(world, [], "failover", async run =>
        {
            var count = 0;
            var worst = TimeSpan.Zero;
            for (var started = Stopwatch.GetTimestamp(); count == 0 || Stopwatch.GetElapsedTime(started).TotalSeconds < ChaosRun.Seconds; count++)
            {
                await ClusterWorld.PauseAsync(run.Random.Next(3000, 6000));
                var killed = Stopwatch.GetTimestamp();
                var leader = await patroni.KillLeaderAsync();
                await patroni.AwaitLeaderAsync(leader);
                foreach (var node in world.Nodes) await node.AwaitReadyAsync();
                if (Stopwatch.GetElapsedTime(killed) is var time && time > worst) worst = time;
                await ClusterWorld.PauseAsync(run.Random.Next(2000, 4000));
                patroni.Restart(leader);
                await patroni.AwaitWholeAsync();
            }

            run.Events = string.Create(CultureInfo.InvariantCulture, $"{count} failovers, all nodes ready again after {worst.TotalSeconds:F1} s at worst");
        });
        Assert.DoesNotContain(world.Nodes, node => node.HasExited);
    }
}
