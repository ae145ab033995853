using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Channels that do not work, and accounts that are refused.</summary>
public sealed class CircuitTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task An_open_circuit_lets_one_order_through_and_its_success_lets_the_others_follow()
    {
        const int Failing = 6;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var trial = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        _upstream.OnSubmit = async (call, cancellation) =>
        {
            var number = Interlocked.Increment(ref calls);
            if (number == Failing) arrived.SetResult();
            if (number <= Failing)
            {
                await arrived.Task.WaitAsync(cancellation);
                throw new ProviderException(ProviderErrorKind.Overloaded, "busy");
            }

            if (number == Failing + 1) await trial.Task.WaitAsync(cancellation);
            return _upstream.Accept(call);
        };
        var patient = EngineWorld.Quick();
        patient.CallSeconds = 60;
        await using var world = await EngineWorld.StartAsync(_upstream, [patient]);
        var ids = await Task.WhenAll(Enumerable.Range(0, Failing).Select(number => world.OrderAsync("order " + number)));
        await EngineWorld.UntilAsync(() => world.Slots.Circuit == CircuitState.Open);

        await EngineWorld.UntilAsync(() => _upstream.Calls.Count == Failing + 1);
        var late = await world.OrderAsync("late");
        await EngineWorld.UntilAsync(() => world.Engine.Find(late)!.IsInLine && world.Slots.Waiting == Failing);
        Assert.Equal((CircuitState.HalfOpen, Failing + 1), (world.Slots.Circuit, _upstream.Calls.Count));

        trial.SetResult();
        foreach (var id in ids.Append(late)) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Equal((CircuitState.Closed, (2 * Failing) + 1), (world.Slots.Circuit, _upstream.Calls.Count));
        await world.UntilFreeAsync();
        Assert.Equal(0, world.Slots.InFlightOf(Rows.UpstreamModel));
    }

    [Fact]
    public async Task A_failed_trial_opens_the_circuit_again_and_the_next_one_is_another()
    {
        var arrived = 0;
        _upstream.SearchKind = SearchKind.None;
        _upstream.OnSubmit = (call, _) => Interlocked.Increment(ref arrived) switch
        {
            <= 5 => throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset"),
            6 => throw new ProviderException(ProviderErrorKind.NotSent, "refused"),
            _ => Task.FromResult<Submission>(_upstream.Accept(call)),
        };
        await using var world = await EngineWorld.StartAsync(_upstream);
        for (var i = 0; i < 5; i++)
        {
            await world.OrderAsync("lost " + i);
            await EngineWorld.UntilAsync(() => _upstream.Calls.Count > i);
        }

        await EngineWorld.UntilAsync(() => world.Slots.Circuit == CircuitState.Open);
        var found = await world.FinishAsync(await world.OrderAsync("trial"));

        Assert.Equal([AttemptOutcome.NotAccepted, AttemptOutcome.Completed], found.Attempts.Select(attempt => attempt.Outcome!.Value));
        Assert.True(found.Attempts[1].StartedAt - found.Attempts[0].EndedAt >= 2000, "the second rest is longer");
    }

    [Fact]
    public async Task A_refused_credential_switches_its_account_off_over_restarts_until_an_operator_lifts_it()
    {
        _upstream.OnSubmit = (call, _) => call.Account.ChannelId == "channel-1" && _upstream.Calls.Count == 1
            ? throw new ProviderException(ProviderErrorKind.Unauthorized, "HTTP 401: bad key")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 1), EngineWorld.Quick()]);
        foreach (var prompt in new[] { "first", "second" })
        {
            var found = await world.FinishAsync(await world.OrderAsync(prompt));
            Assert.Equal(("channel-2", TaskPhase.Completed), (found.Attempts[^1].ChannelId, found.Task.Phase));
        }

        Assert.Equal(["channel-1", "channel-2", "channel-2"], _upstream.Calls.Select(call => call.Account.ChannelId));
        await using var next = await world.RestartAsync([EngineWorld.Quick(priority: 1), EngineWorld.Quick()]);
        var held = next.Channels.Holds.Find("vendor-channel-1")!;
        Assert.Equal(("channel-1", "HTTP 401: bad key"), (held.ChannelId, held.Reason));
        Assert.Equal("channel-2", Assert.Single((await next.FinishAsync(await next.OrderAsync("third"))).Attempts).ChannelId);

        Assert.True(next.Channels.Holds.Lift("vendor-channel-1"));
        Assert.False(next.Channels.Holds.Lift("vendor-channel-1"));
        next.Engine.ChannelsChanged();
        Assert.Equal("channel-1", Assert.Single((await next.FinishAsync(await next.OrderAsync("fourth"))).Attempts).ChannelId);
        await using var last = await next.RestartAsync();
        Assert.Null(last.Channels.Holds.Find("vendor-channel-1"));
    }

    [Fact]
    public async Task Whoever_waits_for_a_held_account_goes_once_the_hold_is_lifted()
    {
        _upstream.OnSubmit = (call, _) => _upstream.Calls.Count == 1
            ? throw new ProviderException(ProviderErrorKind.Unauthorized, "bad key")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await world.UntilAsync(id, found => found.Attempts is [{ Outcome: AttemptOutcome.NotAccepted }]);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(id)).Task.Phase);

        world.Channels.Holds.Lift("vendor-channel-1");
        world.Engine.ChannelsChanged();

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
    }
}
