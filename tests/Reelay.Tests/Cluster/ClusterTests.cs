using System.Diagnostics;

namespace Reelay.Tests.Cluster;

/// <summary>One cluster for all runs that leave it whole, started when the first of them wants it.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private ClusterWorld? _world;

    internal HashSet<string> CheckedFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs something over it. One that failed leaves nothing to the next: that one gets a new cluster.</summary>
    internal async Task RunAsync(Func<ClusterWorld, Task> run)
    {
        _world ??= await ClusterWorld.StartAsync();
        try
        {
            await run(_world);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _world, null) is { } world) await world.DisposeAsync();
    }
}

[CollectionDefinition("cluster")]
public sealed class SharedClusterDefinition : ICollectionFixture<SharedCluster>;

/// <summary>Three nodes over one database and one bucket, and what an operator fears: what was answered is made, once, and paid once.</summary>
[Collection("cluster")]
public sealed class ClusterTests(SharedCluster cluster)
{
    [Fact]
    [Trait("Chaos", "Kill")]
    public async Task Nodes_that_are_killed_and_nodes_that_stand_still_lose_nothing_and_make_nothing_twice()
    {
        await RunAsync("kill", async (world, run) =>
        {
            var (kills, stops) = (0, 0);
            for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < ChaosRun.Seconds || stops == 0;)
            {
                await ClusterWorld.PauseAsync(run.Random.Next(500, 2000));
                var node = world.Nodes[run.Random.Next(world.Nodes.Count)];
                run.WatchTakeOver(node.Id);
                if ((kills + stops) % 3 == 1)
                {
                    // Longer than its lease: it wakes up in the middle of something that is no longer its own.
                    stops++;
                    await node.SignalAsync("STOP");
                    await ClusterWorld.PauseAsync(run.Random.Next(5000, 6500));
                    await node.SignalAsync("CONT");
                }
                else
                {
                    kills++;
                    await node.KillAsync();
                    node.Launch();
                    await node.AwaitReadyAsync();
                    await node.IdentifyAsync(world.AdminKey);
                }
            }

            run.Events = $"{kills} kills, {stops} stops";
        });
    }

    [Fact]
    [Trait("Chaos", "Partition")]
    public async Task A_node_that_loses_the_database_and_one_that_loses_the_upstream_hold_up_nobody()
    {
        await RunAsync("partition", async (world, run) =>
        {
            var cuts = 0;
            for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < ChaosRun.Seconds || cuts < 4;)
            {
                // Refused and cut at once, or silence: what was sent before it arrives when everybody has forgotten it.
                var node = world.Nodes[run.Random.Next(world.Nodes.Count)];
                var way = cuts % 2 == 0 ? node.Database! : node.Upstream;
                if (way == node.Database) run.WatchTakeOver(node.Id);
                if (cuts % 4 < 2) way.Close();
                else way.Hold();
                await ClusterWorld.PauseAsync(way == node.Database ? run.Random.Next(4800, 6500) : run.Random.Next(2000, 4000));
                if (cuts % 4 < 2) way.Open();
                else way.Release();
                cuts++;
                await ClusterWorld.PauseAsync(run.Random.Next(500, 1500));
            }

            run.Events = $"{(cuts + 1) / 2} times without the database, {cuts / 2} times without the upstream, half of them silent";
        });
    }

    [Fact]
    [Trait("Chaos", "Bucket")]
    public async Task While_the_bucket_is_away_results_wait_and_come_later()
    {
        await RunAsync("bucket", async (world, run) =>
        {
            var seconds = Math.Min(60, ChaosRun.Seconds);
            await ClusterWorld.PauseAsync(1500);
            world.BucketWay.Close();
            await ClusterWorld.PauseAsync(seconds * 1000);
            world.BucketWay.Open();
            await ClusterWorld.PauseAsync(1500);
            run.Events = $"the bucket away for {seconds} s (a full disk: Engine.StoreAwayTests, Assets)";
        });
    }

    private Task RunAsync(string name, Func<ClusterWorld, ChaosRun, Task> harm)
    {
        Chaos.SkipUnlessAsked();
        return cluster.RunAsync(world => ChaosRun.ExecuteAsync(world, cluster.CheckedFiles, name, run => harm(world, run)));
    }
}
