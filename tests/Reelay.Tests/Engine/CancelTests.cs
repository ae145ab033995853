using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine;

/// <summary>What a cancel does in each phase.</summary>
public sealed class CancelTests
{
    private static readonly PollResult Running = new PollResult.Running(true, 10);

    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task Before_anything_was_sent_it_ends_and_costs_nothing()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 0)]);
        var id = await world.OrderAsync();

        await world.CancelAsync(id);

        var found = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Failed, "cancelled", null), (found.Task.Phase, found.Task.Error!.Code, found.Task.SettledMicros));
        Assert.Empty(_upstream.Calls);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 0);
    }

    [Fact]
    public async Task While_the_call_is_out_it_waits_for_the_outcome()
    {
        var answer = new TaskCompletionSource();
        var cancels = 0;
        _upstream.OnSubmit = async (call, _) =>
        {
            await answer.Task;
            return _upstream.Accept(call);
        };
        _upstream.OnPoll = (_, _) => Task.FromResult(Running);
        _upstream.OnCancel = _ => Interlocked.Increment(ref cancels) > 0 ? CancelResult.Confirmed : CancelResult.Refused;
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitting);

        await world.CancelAsync(id);
        Assert.Equal(TaskPhase.Submitting, (await world.ReadAsync(id)).Task.Phase);
        answer.SetResult();

        var found = await world.FinishAsync(id);
        Assert.Equal(("cancelled", AttemptOutcome.Cancelled), (found.Task.Error!.Code, Assert.Single(found.Attempts).Outcome));
        Assert.Equal(1, cancels);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        Assert.Equal(0, world.Slots.InFlight);
    }

    [Fact]
    public async Task Where_the_upstream_cannot_stop_the_caller_pays_and_the_slot_is_kept_until_the_upstream_is_done()
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isDone) ? ScriptedUpstream.Clip : Running);
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await world.CancelAsync(id);

        var ended = await world.UntilPhaseAsync(id, TaskPhase.Failed);
        Assert.Equal(("cancelled", 400, "rule"), (ended.Task.Error!.Code, ended.Task.SettledMicros, ended.Task.SettlementBasis));
        Assert.Null(Assert.Single(ended.Attempts).EndedAt);
        Assert.Equal((EngineWorld.Balance - 400, 0), world.Money());
        var next = await world.OrderAsync("next");
        var polls = _upstream.Polls.Count;
        await EngineWorld.UntilAsync(() => _upstream.Polls.Count > polls + 3);
        Assert.Equal(1, world.Slots.InFlight);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(next)).Task.Phase);

        Volatile.Write(ref isDone, true);
        var closed = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Failed, 400), (closed.Task.Phase, closed.Task.SettledMicros));
        Assert.Equal(AttemptOutcome.Completed, Assert.Single(closed.Attempts).Outcome);
        Assert.Empty(closed.Assets);
        var second = await world.FinishAsync(next);
        Assert.Equal(TaskPhase.Completed, second.Task.Phase);
        Assert.Equal((EngineWorld.Balance - 400 - second.Task.SettledMicros!.Value, 0), world.Money());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upstream_that_goes_on_delivers(bool isRefusal)
    {
        var asked = 0;
        _upstream.OnCancel = _ =>
        {
            Interlocked.Increment(ref asked);
            return isRefusal ? CancelResult.Refused : throw new ProviderException(ProviderErrorKind.Unavailable, "no answer");
        };
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref asked) >= 2 ? ScriptedUpstream.Clip : Running);
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await world.CancelAsync(id);

        var found = await world.FinishAsync(id);

        Assert.Equal((TaskPhase.Completed, "measured"), (found.Task.Phase, found.Task.SettlementBasis));
        Assert.NotNull(found.Task.CancelRequestedAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_result_is_fetched_it_is_too_late(bool isDelete)
    {
        var fetching = new TaskCompletionSource();
        _upstream.OnCancel = _ => throw new InvalidOperationException("nothing may be cancelled any more");
        var opened = ScriptedUpstream.Clip.Outputs[0] as ProviderOutput.Opened;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Succeeded([new ProviderOutput.Opened(async cancellationToken =>
        {
            await fetching.Task;
            return await opened!.OpenAsync(cancellationToken);
        })]));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Fetching);

        await world.CancelAsync(id, isDelete);
        fetching.SetResult();

        var found = await world.FinishAsync(id);
        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Equal(isDelete, found.Task.DeletedAt is not null);
        Assert.Single(found.Assets);
    }

    [Fact]
    public async Task A_wish_that_another_node_wrote_is_found_by_the_sweep()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 0)]);
        var id = await world.OrderAsync();
        await world.WriteAsync(new StoreOperation.Intent(id, null, IsDelete: true, EngineWorld.Now));
        Assert.Equal("cancelled", (await world.FinishAsync(id)).Task.Error!.Code);
    }

    [Fact]
    public async Task A_finished_task_is_not_cancelled()
    {
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        var done = await world.FinishAsync(id);
        await world.CancelAsync(id);
        var after = (await world.ReadAsync(id)).Task;
        Assert.Equal(done.Task with { Order = after.Order }, after);
    }
}
