using Reelay.Providers;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Waiting for a slot.</summary>
public sealed class QueueTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task An_order_that_waited_too_long_fails_and_costs_nothing()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 0)]);
        var id = await world.OrderAsync(createdAt: EngineWorld.Now - 900_000 + 200);
        var young = await world.OrderAsync();

        var found = await world.FinishAsync(id);

        Assert.Equal(("queue_timeout", null), (found.Task.Error!.Code, found.Task.SettledMicros));
        Assert.True(found.Task.FinishedAt - found.Task.CreatedAt >= 900_000);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(young)).Task.Phase);
        Assert.Equal((EngineWorld.Balance, 400), world.Money());
        Assert.Empty(_upstream.Calls);
    }

    [Fact]
    public async Task Slots_are_never_exceeded_and_everybody_gets_one()
    {
        const int Slots = 3;
        var open = 0;
        var most = 0;
        var polls = new Dictionary<string, int>();
        var gate = new Lock();
        _upstream.OnSubmit = (call, _) =>
        {
            lock (gate) most = Math.Max(most, ++open);
            return Task.FromResult<Submission>(_upstream.Accept(call));
        };
        _upstream.OnPoll = (id, _) =>
        {
            lock (gate)
            {
                polls[id] = polls.GetValueOrDefault(id) + 1;
                if (polls[id] == 1) return Task.FromResult<PollResult>(new PollResult.Running(true));
                open--;
                return Task.FromResult<PollResult>(new PollResult.Failed(ProviderErrorKind.GenerationFailed, "done"));
            }
        };
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: Slots)]);
        var ids = await Task.WhenAll(Enumerable.Range(0, 15).Select(number => world.OrderAsync("order " + number)));

        foreach (var id in ids) Assert.Single((await world.FinishAsync(id)).Attempts);

        Assert.Equal(Slots, most);
        Assert.Equal(15, _upstream.Calls.Count);
        Assert.Equal(0, world.Slots.InFlight);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 0);
    }

    [Fact]
    public async Task The_line_keeps_its_order()
    {
        var isOpen = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isOpen) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await world.OrderAsync("order " + i));
            await EngineWorld.UntilAsync(() => i == 0 ? !_upstream.Calls.IsEmpty : world.Engine.Find(ids[^1])!.IsInLine);
        }

        Volatile.Write(ref isOpen, true);
        foreach (var id in ids) await world.FinishAsync(id);
        Assert.Equal(["order 0", "order 1", "order 2", "order 3", "order 4"], _upstream.Calls.Select(call => call.Request.Prompt));
    }

    [Fact]
    public async Task A_slot_that_the_next_in_line_does_not_take_goes_to_the_one_behind()
    {
        var isOpen = false;
        _upstream.OnPoll = (_, _) => Task.FromResult(Volatile.Read(ref isOpen) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        var first = await world.OrderAsync("first");
        await world.UntilPhaseAsync(first, TaskPhase.Submitted);
        var quitter = await world.OrderAsync("quitter");
        await EngineWorld.UntilAsync(() => world.Engine.Find(quitter)!.IsInLine);
        var last = await world.OrderAsync("last");
        await EngineWorld.UntilAsync(() => world.Engine.Find(last)!.IsInLine);

        // The wish is known but nobody has looked at the task yet, as when it comes in the same moment as the free slot.
        var wish = await world.WriteAsync(new StoreOperation.Intent(quitter, Rows.Account, IsDelete: false, EngineWorld.Now));
        world.Engine.Find(quitter)!.Offer(wish.Task!);
        Volatile.Write(ref isOpen, true);

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(last)).Task.Phase);
        Assert.Equal("cancelled", (await world.FinishAsync(quitter)).Task.Error!.Code);
    }

    [Fact]
    public async Task A_channel_that_rests_gets_no_orders_until_it_has_rested()
    {
        _upstream.OnSubmit = (call, _) => _upstream.Calls.Count == 1
            ? throw new ProviderException(ProviderErrorKind.Overloaded, "busy")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        var found = await world.FinishAsync(id);
        Assert.Equal(2, found.Attempts.Count);
        Assert.True(found.Attempts[1].StartedAt - found.Attempts[0].EndedAt >= 1000);
        Assert.Single(_upstream.Jobs);
    }
}
