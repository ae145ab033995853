using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine;

/// <summary>What becomes of an order that a channel did not take, or took and failed.</summary>
public sealed class FailoverTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task After_so_many_refusals_the_task_ends_and_costs_nothing()
    {
        _upstream.OnSubmit = (_, _) => throw new ProviderException(ProviderErrorKind.Overloaded, "busy");
        await using var world = await EngineWorld.StartAsync(
            _upstream, [EngineWorld.Quick(priority: 1), EngineWorld.Quick(), EngineWorld.Quick()], Options(options => options.MaxRefusals = 2));

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, "upstream_unavailable", null), (found.Task.Phase, found.Task.Error!.Code, found.Task.SettledMicros));
        Assert.Equal(2, found.Attempts.Select(attempt => attempt.ChannelId).Distinct().Count());
        Assert.Equal("channel-1", found.Attempts[0].ChannelId);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 0);
    }

    [Fact]
    public async Task The_channel_that_did_not_take_an_order_is_not_asked_next_while_another_works()
    {
        // Its answer was lost and the order is surely absent: that rests no channel, and the first has the higher priority.
        _upstream.SearchKind = SearchKind.ByToken;
        _upstream.OnSubmit = (call, _) => call.Account.ChannelId == "channel-1"
            ? throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 9), EngineWorld.Quick()]);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal(["channel-1", "channel-2"], found.Attempts.Select(attempt => attempt.ChannelId));
        Assert.Equal((TaskPhase.Completed, CircuitState.Closed), (found.Task.Phase, world.Slots.Circuit));
    }

    [Fact]
    public async Task An_order_that_an_upstream_failed_by_itself_is_made_elsewhere_and_callers_see_no_step_back()
    {
        var isFailing = false;
        var polls = 0;
        _upstream.OnPoll = (id, _) => Task.FromResult<PollResult>(
            id == "up-1" ? Volatile.Read(ref isFailing) ? Failure() : new PollResult.Running(true, 40)
            : Interlocked.Increment(ref polls) < 3 ? new PollResult.Running(false, 5)
            : ScriptedUpstream.Clip);
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 1), EngineWorld.Quick()]);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => world.Engine.Find(id)?.Task is { Progress: 40, HasStarted: true });
        var seen = new List<GenerationTask>();
        var watching = WatchAsync(world, id, seen);
        Volatile.Write(ref isFailing, true);

        var found = await world.FinishAsync(id);
        await watching;

        Assert.Equal((TaskPhase.Completed, 1), (found.Task.Phase, found.Task.FailoverCount));
        Assert.Equal(
            [("channel-1", AttemptOutcome.Failed, "GenerationFailed"), ("channel-2", AttemptOutcome.Completed, null)],
            found.Attempts.Select(attempt => (attempt.ChannelId, attempt.Outcome!.Value, attempt.ErrorKind)));
        Assert.All(seen, task => Assert.True(task is { HasStarted: true, Progress: >= 40 }));
        Assert.Equal(found.Attempts[0].DeadlineAt, found.Task.DeadlineAt);

        // What the first had used is not given anew. To the millisecond nothing can be said: a span is measured by another clock than a date.
        Assert.True(found.Attempts[1].DeadlineAt - found.Attempts[1].StartedAt < found.Attempts[0].DeadlineAt - found.Attempts[0].StartedAt);
        await world.UntilFreeAsync();
        Assert.Equal((EngineWorld.Balance - found.Task.SettledMicros!.Value, 0), world.Money());
        Assert.Equal(0, world.Engine.Waiting.Total);
    }

    [Theory]
    [InlineData(ProviderErrorKind.GenerationFailed, FailureCharge.Full, 1, 2)]
    [InlineData(ProviderErrorKind.ContentRejected, FailureCharge.None, 1, 2)]
    [InlineData(ProviderErrorKind.InvalidRequest, FailureCharge.None, 1, 2)]
    [InlineData(ProviderErrorKind.Cancelled, FailureCharge.None, 1, 2)]
    [InlineData(ProviderErrorKind.GenerationFailed, FailureCharge.None, 0, 2)]
    [InlineData(ProviderErrorKind.GenerationFailed, FailureCharge.None, 1, 1.9)]
    public async Task What_is_charged_or_would_fail_elsewhere_or_costs_too_much_ends_the_task(
        ProviderErrorKind kind, FailureCharge charge, int extra, double cost)
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Failed(kind, "no", charge));
        await using var world = await EngineWorld.StartAsync(
            _upstream, [EngineWorld.Quick(), EngineWorld.Quick()], Options(options => (options.MaxExtraAttempts, options.MaxCost) = (extra, cost)));

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, 0), (found.Task.Phase, found.Task.FailoverCount));
        Assert.Single(found.Attempts);
    }

    [Fact]
    public async Task A_dear_channel_is_left_out_and_the_last_failure_ends_the_task()
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Failure());
        var dear = EngineWorld.Quick(priority: 5);
        dear.CostFactor = 3;
        await using var world = await EngineWorld.StartAsync(
            _upstream, [EngineWorld.Quick(priority: 9), dear, EngineWorld.Quick(), EngineWorld.Quick()], Options(options => (options.MaxExtraAttempts, options.MaxCost) = (9, 2.5)));

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal("generation_failed", found.Task.Error!.Code);
        Assert.Equal(2, found.Attempts.Count);
        Assert.DoesNotContain("channel-2", found.Attempts.Select(attempt => attempt.ChannelId));
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task Without_the_time_for_another_attempt_the_failure_ends_the_task()
    {
        var slow = EngineWorld.Quick();
        slow.ExpectedSeconds = 40;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Failure());
        await using var world = await EngineWorld.StartAsync(_upstream, [slow, EngineWorld.Quick()], prepare: async world =>
        {
            await world.WriteSubmittedAsync(attempt => attempt with { SubmittedAt = EngineWorld.Now - 36_000, DeadlineAt = EngineWorld.Now + 30_000 });
        });

        var id = Assert.Single(await world.Store.ListAsync(new TaskListQuery(), TestContext.Current.CancellationToken)).Id;
        var found = await world.FinishAsync(id);

        Assert.Equal(("generation_failed", 0), (found.Task.Error!.Code, found.Task.FailoverCount));
    }

    [Fact]
    public async Task With_one_channel_alone_its_failure_ends_the_task()
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Failure());
        var stable = EngineWorld.Quick();
        stable.Groups = "stable";
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(), stable]);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("channel-1", Assert.Single(found.Attempts).ChannelId);
    }

    private static PollResult.Failed Failure() => new(ProviderErrorKind.GenerationFailed, "GPU lost");

    private static EngineOptions Options(Action<FailoverOptions> write)
    {
        var options = new EngineOptions();
        write(options.Failover);
        return options;
    }

    private static async Task WatchAsync(EngineWorld world, string id, List<GenerationTask> seen)
    {
        while (world.Engine.Find(id) is { } live && live.Changed() is { } changed)
        {
            seen.Add(live.Task);
            await changed;
        }
    }
}
