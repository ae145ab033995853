using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine;

/// <summary>The process dies without a farewell and another one takes over its rows.</summary>
public sealed class RestartTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task An_accepted_order_is_sent_by_the_next_process()
    {
        var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 0)]);
        var id = await world.OrderAsync();
        await using var next = await world.RestartAsync([EngineWorld.Quick()]);
        Assert.Equal(TaskPhase.Completed, (await next.FinishAsync(id)).Task.Phase);
        Assert.Single(_upstream.Calls);
        await EngineWorld.UntilAsync(() => next.Engine.Waiting.Total == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_that_was_being_sent_is_never_sent_again(bool wasAccepted)
    {
        _upstream.OnSubmit = async (call, cancellationToken) =>
        {
            if (wasAccepted) _upstream.Accept(call);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
            throw new InvalidOperationException("unreachable");
        };
        var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => !_upstream.Calls.IsEmpty);

        await using var next = await world.RestartAsync();

        var found = await next.FinishAsync(id);
        Assert.Single(_upstream.Calls);
        var attempt = Assert.Single(found.Attempts);
        if (wasAccepted)
        {
            Assert.Equal((TaskPhase.Completed, "up-1"), (found.Task.Phase, attempt.UpstreamId));
        }
        else
        {
            Assert.Equal((TaskPhase.Failed, "submission_outcome_unknown"), (found.Task.Phase, found.Task.Error!.Code));
            Assert.True(attempt.EndedAt >= attempt.SendBy);
        }
    }

    [Fact]
    public async Task A_task_that_ends_between_the_reading_of_its_row_and_its_use_is_not_taken_up_again()
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Volatile.Read(ref isDone) ? ScriptedUpstream.Clip : new PollResult.Running(HasStarted: true));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        var found = await world.UntilAsync(id, row => row.Task.Phase == TaskPhase.Submitted);
        world.Answers.AfterLoad = async () =>
        {
            Volatile.Write(ref isDone, true);
            await world.FinishAsync(id);
            await EngineWorld.UntilAsync(() => world.Engine.Find(id) is null);
        };

        Assert.Equal(1, await world.LoadAsync(found.Task));

        Assert.Null(world.Engine.Find(id));
        Assert.Equal(TaskPhase.Completed, (await world.ReadAsync(id)).Task.Phase);
    }

    [Fact]
    public async Task A_search_that_was_under_way_goes_on()
    {
        var isAway = true;
        _upstream.OnSubmit = (call, _) => Task.FromResult(_upstream.AcceptAndDrop(call));
        _upstream.OnFind = query => Volatile.Read(ref isAway)
            ? throw new ProviderException(ProviderErrorKind.Unavailable, "later")
            : [new("up-1", ScriptedUpstream.Reference("up-1"), query.SentFrom, IsMatch: true)];
        var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Reconciling);

        await using var next = await world.RestartAsync();
        Volatile.Write(ref isAway, false);

        Assert.Equal(TaskPhase.Completed, (await next.FinishAsync(id)).Task.Phase);
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task An_order_the_upstream_works_on_is_polled_on()
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isDone) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true, 30));
        var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        var id = await world.OrderAsync();
        await world.UntilAsync(id, found => found.Task.Progress == 30);

        await using var next = await world.RestartAsync([EngineWorld.Quick(maxInFlight: 1)]);
        Assert.Equal(1, next.Slots.InFlight);
        Volatile.Write(ref isDone, true);

        var found = await next.FinishAsync(id);
        Assert.Equal((TaskPhase.Completed, 1), (found.Task.Phase, found.Attempts.Count));
        Assert.Single(_upstream.Calls);
        await next.UntilFreeAsync();
    }

    [Fact]
    public async Task A_result_that_was_being_fetched_is_fetched_from_the_start()
    {
        var isOpen = false;
        var opened = (ProviderOutput.Opened)ScriptedUpstream.Clip.Outputs[0];
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Succeeded([new ProviderOutput.Opened(async cancellationToken =>
        {
            if (!Volatile.Read(ref isOpen)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
            return await opened.OpenAsync(cancellationToken);
        })]));
        var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Fetching);

        Volatile.Write(ref isOpen, true);
        await using var next = await world.RestartAsync();

        var found = await next.FinishAsync(id);
        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Single(found.Assets);
        Assert.Single(_upstream.Calls);
        Assert.Equal((EngineWorld.Balance - found.Task.SettledMicros!.Value, 0), next.Money());
    }

    [Fact]
    public async Task An_attempt_that_outlived_its_task_is_closed_by_the_next_process()
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isDone) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await world.CancelAsync(id);
        await world.UntilPhaseAsync(id, TaskPhase.Failed);

        await using var next = await world.RestartAsync();
        Assert.Equal(1, next.Slots.InFlight);
        Volatile.Write(ref isDone, true);

        var found = await next.FinishAsync(id);
        Assert.Equal(AttemptOutcome.Completed, Assert.Single(found.Attempts).Outcome);
        Assert.Equal((EngineWorld.Balance - 400, 0), next.Money());
        await next.UntilFreeAsync();
    }

    [Fact]
    public async Task An_order_whose_channel_is_gone_is_not_sent_elsewhere()
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Running(true));
        GenerationTask? task = null;
        await using var world = await EngineWorld.StartAsync(_upstream, prepare: async world =>
            (task, _) = await world.WriteSubmittedAsync(attempt => attempt with { ChannelId = "removed", DeadlineAt = EngineWorld.Now + 200 }));

        var found = await world.FinishAsync(task!.Id);

        Assert.Equal("deadline_exceeded", found.Task.Error!.Code);
        Assert.Empty(_upstream.Calls);
        Assert.Empty(_upstream.Polls);
    }
}
