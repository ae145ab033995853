using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Api.Intents;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Cluster;

/// <summary>What one node writes for another, and what a node says of tasks that are not, or not surely, its own.</summary>
public sealed class IntentTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_on_another_node_reaches_the_owner_without_any_notice(bool isSweeping)
    {
        // Without its sweep the owner sees the cancel when its next write finds another version than it knows.
        var progress = 0;
        _upstream.OnCancel = _ => CancelResult.Confirmed;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Running(true, Math.Min(99, Interlocked.Increment(ref progress))));
        await using var world = new ClusterWorld(_upstream);
        var a = await world.StartAsync(isSweeping);
        var b = await world.StartAsync();
        await world.UntilAsync(() => a.Ownership.Count == 128 && b.Ownership.Count == 128);
        var id = await a.OrderAsync();
        await world.UntilAsync(id, found => found.Task.Progress > 0);

        await b.CancelAsync(id);

        var found = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Failed, "cancelled"), (found.Task.Phase, found.Task.Error!.Code));
        Assert.Equal((0, true), (b.Way.AppliedCount, a.Way.AppliedCount > 0));
    }

    [Fact]
    public async Task A_waiting_order_that_another_node_cancels_is_never_sent()
    {
        await using var world = new ClusterWorld(_upstream, ClusterWorld.Channel(maxInFlight: 0));
        var (a, b) = await world.StartTwoAsync();
        var id = await a.OrderAsync();
        await b.CancelAsync(id);
        Assert.Equal("cancelled", (await world.FinishAsync(id)).Task.Error!.Code);
        Assert.Empty(_upstream.Calls);
    }

    [Fact]
    public async Task An_owned_task_is_answered_from_memory_only_while_the_lease_holds()
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Running(true));
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var reader = new TaskReader(a.Engine, a.Way.Tasks, new ReadNotes(new IntentBook(world.Time), world.Time, NullLogger<ReadNotes>.Instance), a.Ownership, world.Time);
        var id = await a.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        a.Way.IsCut = true;
        Assert.NotNull(await reader.FindAsync(id, Rows.Account));

        await world.UntilAsync(() => !a.Ownership.IsCurrent);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => reader.FindAsync(id, Rows.Account).AsTask());
        await world.UntilAsync(() => b.Engine.Find(id) is not null);
        await b.CancelAsync(id);
        await world.UntilAsync(id, found => found.Task.Phase == TaskPhase.Failed);
        a.Way.IsCut = false;

        Assert.Equal(TaskPhase.Failed, (await reader.FindAsync(id, Rows.Account))!.Task.Phase);
    }

    [Fact]
    public async Task A_finished_task_is_kept_in_memory_for_five_seconds_where_others_may_delete_it()
    {
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var reader = new TaskReader(a.Engine, a.Way.Tasks, new ReadNotes(new IntentBook(world.Time), world.Time, NullLogger<ReadNotes>.Instance), a.Ownership, world.Time);
        var id = await a.OrderAsync();
        await world.FinishAsync(id);
        await world.UntilAsync(() => a.Engine.Find(id) is null);
        var kept = await reader.FindAsync(id, Rows.Account);
        Assert.Same(kept, await reader.FindAsync(id, Rows.Account));
        await b.Committer.WriteAsync(new StoreOperation.Intent(id, Rows.Account, IsDelete: true, world.Now));
        Assert.Same(kept, await reader.FindAsync(id, Rows.Account));

        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(await reader.FindAsync(id, Rows.Account));
    }
}
