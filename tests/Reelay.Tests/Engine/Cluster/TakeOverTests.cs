using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine.Cluster;

/// <summary>A node dies, or stands still for longer than its lease: another one takes over, and nothing is sent twice.</summary>
public sealed class TakeOverTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_dies_is_followed_by_another(bool hidesLiveShards)
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isDone) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        List<string> ids = [];
        for (var i = 0; i < 10; i++) ids.AddRange([await a.OrderAsync("a" + i), await b.OrderAsync("b" + i)]);
        foreach (var id in ids) await world.UntilPhaseAsync(id, TaskPhase.Submitted);

        b.Way.HidesLiveShards = hidesLiveShards;
        await a.KillAsync();
        await world.UntilAsync(() => b.Ownership.Count == 256 && b.Engine.LiveCount == ids.Count && b.Slots.InFlight == ids.Count);
        Volatile.Write(ref isDone, true);

        var settled = 0L;
        foreach (var id in ids) settled += (await world.FinishAsync(id)).Task.SettledMicros!.Value;
        Assert.Equal(ids.Count, _upstream.Calls.Count);
        Assert.Equal((EngineWorld.Balance - settled, 0), world.Money());
        await world.UntilAsync(() => b.Slots.InFlight == 0);
    }

    [Theory]
    [InlineData("accepted", TaskPhase.Completed)]
    [InlineData("finished", TaskPhase.Completed)]
    [InlineData("refused", TaskPhase.Failed)]
    public async Task The_answer_to_a_call_of_a_node_that_lost_the_task_is_used_by_the_new_owner(string answer, TaskPhase end)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.SearchKind = SearchKind.None;
        _upstream.OnSubmit = async (call, _) =>
        {
            await release.Task;
            return answer switch
            {
                "accepted" => _upstream.Accept(call),
                "finished" => new Submission.Finished(ScriptedUpstream.Clip.Outputs.ToAsyncEnumerable(), () => null),
                _ => throw new ProviderException(ProviderErrorKind.ContentRejected, "no boats"),
            };
        };
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var id = await a.OrderAsync();
        await world.UntilAsync(() => _upstream.Calls.Count == 1);

        await a.SuspendAsync();
        await world.UntilAsync(() => b.Ownership.Count == 256 && b.Engine.Find(id) is not null);
        Assert.False(a.Ownership.IsCurrent);
        Assert.Equal(TaskPhase.Submitting, (await world.ReadAsync(id)).Task.Phase);
        var applied = a.Way.AppliedCount;
        release.SetResult();

        var found = await world.FinishAsync(id);
        Assert.Equal((end, 1), (found.Task.Phase, Assert.Single(found.Attempts).Number));
        Assert.Single(_upstream.Calls);
        Assert.Equal((applied, 1, 1), (a.Way.AppliedCount, a.Way.RefusedCount, a.Way.PostedCount));
        Assert.Equal((EngineWorld.Balance - (found.Task.SettledMicros ?? 0), 0), world.Money());
        Assert.Empty(await world.Shared.Tasks.ReadInboxAsync(id, TestContext.Current.CancellationToken));

        // Awake again it gets its part back, and holds no slot for what it lost.
        a.Resume();
        await world.UntilAsync(() => a.Ownership.Count == 128 && b.Ownership.Count == 128 && a.Slots.InFlight + b.Slots.InFlight == 0);
        Assert.Equal(applied, a.Way.AppliedCount);
    }

    [Fact]
    public async Task What_was_recorded_and_not_sent_before_the_lease_ended_is_sent_by_the_new_owner_alone()
    {
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        a.Way.Held = release.Task;
        var id = await a.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitting);
        await a.SuspendAsync();
        await world.UntilAsync(() => b.Engine.Find(id) is not null);
        Assert.Empty(_upstream.Calls);

        release.SetResult();

        var found = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Completed, 2), (found.Task.Phase, found.Attempts.Count));
        Assert.Equal(AttemptOutcome.NotAccepted, found.Attempts[0].Outcome);
        Assert.Equal(found.Attempts[1].Token, Assert.Single(_upstream.Calls).AttemptToken);
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_lease_ended_until_it_holds_again()
    {
        await using var world = new ClusterWorld(_upstream);
        var a = await world.StartAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        a.Way.Held = release.Task;
        var first = await a.OrderAsync("first");
        await world.UntilPhaseAsync(first, TaskPhase.Submitting);
        await a.SuspendAsync();
        await world.UntilAsync(() => !a.Ownership.IsCurrent);
        a.Way.Held = null;
        release.SetResult();
        var second = await a.OrderAsync("second");
        await world.UntilPhaseAsync(first, TaskPhase.Accepted);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(_upstream.Calls);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(second)).Task.Phase);

        a.Resume();

        await world.FinishAsync(first);
        await world.FinishAsync(second);
        Assert.Equal(2, _upstream.Calls.Count);
    }

    [Fact]
    public async Task An_order_whose_call_died_with_its_node_is_searched_for_and_never_sent_again()
    {
        _upstream.OnSubmit = async (call, cancellationToken) =>
        {
            _upstream.Accept(call);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
            throw new InvalidOperationException("unreachable");
        };
        await using var world = new ClusterWorld(_upstream);
        var (a, b) = await world.StartTwoAsync();
        var id = await a.OrderAsync();
        await world.UntilAsync(() => _upstream.Calls.Count == 1);
        var sendBy = (await world.ReadAsync(id)).Attempts[0].SendBy;
        await a.KillAsync();

        // How long it is looked for is between two looks of ours, or not.
        await world.UntilAsync(id, found => found.Task.Phase != TaskPhase.Submitting);
        Assert.True(world.Now >= sendBy);
        var found = await world.FinishAsync(id);

        Assert.Equal((TaskPhase.Completed, "up-1"), (found.Task.Phase, Assert.Single(found.Attempts).UpstreamId));
        Assert.Single(_upstream.Calls);
        Assert.True(b.Way.AppliedCount > 0);
    }
}
