using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine.Cluster;

/// <summary>Nodes come and go in order, and share the work.</summary>
public sealed class BalanceTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task Shards_and_their_tasks_move_when_nodes_join_and_leave()
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isDone) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = new ClusterWorld(_upstream);
        var a = await world.StartAsync();
        Assert.Equal(256, a.Ownership.Count);
        List<string> ids = [];
        for (var i = 0; i < 24; i++) ids.Add(await a.OrderAsync("early " + i));
        foreach (var id in ids) await world.UntilPhaseAsync(id, TaskPhase.Submitted);

        var b = await world.StartAsync();
        await world.UntilAsync(() => a.Ownership.Count == 128 && b.Ownership.Count == 128 && a.Engine.LiveCount + b.Engine.LiveCount == ids.Count);
        var c = await world.StartAsync();
        await world.UntilAsync(() => Array.TrueForAll([a, b, c], node => node.Ownership.Count is 84 or 85 or 86) && Sum(a, b, c) == 256);
        foreach (var node in new[] { a, b, c }) ids.Add(await node.OrderAsync("late"));
        foreach (var id in ids) await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await world.UntilAsync(() => a.Slots.InFlight + b.Slots.InFlight + c.Slots.InFlight == ids.Count);

        await world.UntilDoneAsync(a.DrainAsync());
        Assert.DoesNotContain(ids, id => a.Engine.Find(id) is not null);
        await world.UntilAsync(() => b.Ownership.Count == 128 && c.Ownership.Count == 128 && b.Slots.InFlight + c.Slots.InFlight == ids.Count);
        Volatile.Write(ref isDone, true);

        foreach (var id in ids) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Equal(ids.Count, _upstream.Calls.Count);
        Assert.Equal(["node_b", "node_c"], (await world.NodesAsync()).Select(node => node.Id));
        await world.UntilAsync(() => a.Slots.InFlight + b.Slots.InFlight + c.Slots.InFlight == 0);

        static int Sum(params ClusterNode[] nodes) => nodes.Sum(node => node.Ownership.Count);
    }

    [Fact]
    public async Task A_drain_gives_idle_shards_away_at_once_and_keeps_the_one_whose_call_takes_its_time()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.OnSubmit = async (_, _) =>
        {
            await release.Task;
            return new Submission.Finished(ScriptedUpstream.Clip.Outputs.ToAsyncEnumerable(), () => null);
        };
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var id = await a.OrderAsync("a picture that takes a minute");
        await world.UntilAsync(() => _upstream.Calls.Count == 1);
        var shard = TaskIds.ShardOf(id);

        // In small steps, since how soon is what is looked at.
        world.Step = TimeSpan.FromMilliseconds(20);
        var began = world.Time.GetUtcNow();
        var drained = a.DrainAsync();
        await world.UntilAsync(() => b.Ownership.Count == 255);
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));

        world.Step = TimeSpan.FromMilliseconds(200);

        // Twice the lease and more: it is renewed as long as the call goes on.
        await world.PassAsync(TimeSpan.FromSeconds(70));
        Assert.Equal("node_a", world.OwnerOf(shard));
        Assert.True(Assert.Single(await world.NodesAsync(), node => node.Id == "node_a").IsDraining);
        Assert.False(drained.IsCompleted);
        release.SetResult();
        await world.UntilDoneAsync(drained);

        var found = await world.ReadAsync(id);
        Assert.Equal((TaskPhase.Completed, 1), (found.Task.Phase, found.Attempts.Count));
        Assert.Single(_upstream.Calls);
        Assert.Equal((0, 0), (a.Way.RefusedCount, a.Way.PostedCount));
        await world.UntilAsync(() => b.Ownership.Count == 256);
    }

    [Fact]
    public async Task A_shard_whose_call_is_under_way_is_not_given_to_a_node_that_joins()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.OnSubmit = async (call, _) =>
        {
            await release.Task;
            return _upstream.Accept(call);
        };
        await using var world = new ClusterWorld(_upstream);
        var a = await world.StartAsync();
        List<string> ids = [];
        for (var i = 0; i < 200; i++) ids.Add(await a.OrderAsync("order " + i));
        await world.UntilAsync(() => _upstream.Calls.Count == ids.Count);
        var kept = ids.Select(id => TaskIds.ShardOf(id)).Distinct().Count();
        Assert.True(kept > 128);

        var b = await world.StartAsync();
        await world.UntilAsync(() => b.Ownership.Count == 256 - kept);
        release.SetResult();

        foreach (var id in ids) await world.FinishAsync(id);
        await world.UntilAsync(() => a.Ownership.Count == 128 && b.Ownership.Count == 128);
        Assert.Equal((200, 0), (_upstream.Calls.Count, a.Way.PostedCount));
    }

    [Fact]
    public async Task The_slots_of_a_channel_are_exact_over_all_nodes()
    {
        var most = 0;
        var open = 0;
        _upstream.OnSubmit = (call, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref open));
            return Task.FromResult<Submission>(_upstream.Accept(call));
        };
        _upstream.OnPoll = (_, _) =>
        {
            Interlocked.Decrement(ref open);
            return Task.FromResult<PollResult>(ScriptedUpstream.Clip);
        };
        await using var world = new ClusterWorld(_upstream, ClusterWorld.Channel(maxInFlight: 3));
        var (a, b) = await world.StartTwoAsync();
        List<string> ids = [];
        for (var i = 0; i < 10; i++) ids.AddRange([await a.OrderAsync("a" + i), await b.OrderAsync("b" + i)]);

        foreach (var id in ids) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);

        Assert.Equal((20, 3), (_upstream.Calls.Count, most));

        static void InterlockedMax(ref int most, int value)
        {
            for (var seen = Volatile.Read(ref most); seen < value && Interlocked.CompareExchange(ref most, value, seen) != seen;) seen = Volatile.Read(ref most);
        }
    }
}
