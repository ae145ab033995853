using System.Collections.Concurrent;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Lines, limits and groups, with the engine behind them.</summary>
public sealed class LineTests
{
    private readonly ScriptedUpstream _upstream = new();
    private readonly ConcurrentDictionary<string, bool> _open = new();
    private bool _isOpen;

    public LineTests() => _upstream.OnPoll = (id, _) =>
        Task.FromResult(Volatile.Read(ref _isOpen) || _open.ContainsKey(id) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));

    [Fact]
    public async Task A_crowd_of_one_account_delays_another_by_at_most_one_slot()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        world.AddAccount("acct_other");
        await HoldAsync(world);
        var crowd = new List<string>();
        for (var i = 0; i < 30; i++) crowd.Add(await OrderAndWaitAsync(world, Rows.Task(prompt: "crowd " + i, createdAt: EngineWorld.Now)));
        var single = await OrderAndWaitAsync(world, Rows.Task(prompt: "single", account: "acct_other", createdAt: EngineWorld.Now));

        Assert.Equal(2, Position(world, single));
        Assert.Equal([1, 3, 4, 31], new[] { 0, 1, 2, 29 }.Select(index => Position(world, crowd[index])));
        Volatile.Write(ref _isOpen, true);
        foreach (var id in crowd.Append(single)) await world.FinishAsync(id);

        Assert.Equal("single", _upstream.Calls.ElementAt(2).Request.Prompt);
        Assert.Equal(Enumerable.Range(0, 30).Select(number => "crowd " + number), _upstream.Calls.Select(call => call.Request.Prompt!).Where(prompt => prompt.StartsWith("crowd")));
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 0);
    }

    [Fact]
    public async Task Whoever_is_cancelled_leaves_the_line_and_the_next_moves_up()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        await HoldAsync(world);
        var first = await OrderAndWaitAsync(world, Rows.Task(createdAt: EngineWorld.Now));
        var second = await OrderAndWaitAsync(world, Rows.Task(createdAt: EngineWorld.Now));
        Assert.Equal(2, Position(world, second));

        await world.CancelAsync(first);
        await world.FinishAsync(first);

        await EngineWorld.UntilAsync(() => world.Slots.Waiting == 1);
        Assert.Equal(1, Position(world, second));
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 1);
    }

    [Fact]
    public async Task A_full_model_leaves_the_slots_of_its_channel_to_others()
    {
        var config = EngineWorld.Quick(maxInFlight: 3);
        (config.Models, config.MaxInFlightPerModel) = ("model-1,model-2", new() { ["model-1"] = 1 });
        await using var world = await EngineWorld.StartAsync(_upstream, [config]);
        await HoldAsync(world);
        var waiting = await OrderAndWaitAsync(world, Rows.Task(createdAt: EngineWorld.Now));
        var others = new[] { await world.OrderAsync(Other()), await world.OrderAsync(Other()) };
        foreach (var id in others) await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        Assert.Equal((3, 1, 2), (world.Slots.InFlight, world.Slots.InFlightOf("model-1"), world.Slots.InFlightOf("model-2")));

        // A slot of the other model is none for it; that of its own is.
        _open["up-2"] = true;
        await EngineWorld.UntilAsync(() => world.Slots.InFlightOf("model-2") == 1);
        Assert.True(world.Engine.Find(waiting)!.IsInLine);
        _open["up-1"] = true;
        await world.UntilPhaseAsync(waiting, TaskPhase.Submitted);
        Volatile.Write(ref _isOpen, true);
        await world.FinishAsync(waiting);
        await EngineWorld.UntilAsync(() => world.Slots.InFlightOf("model-1") + world.Slots.InFlightOf("model-2") == 0);
    }

    [Fact]
    public async Task After_a_restart_the_slots_of_a_model_are_counted_as_before()
    {
        var config = EngineWorld.Quick();
        config.MaxInFlightPerModel = new() { ["model-1"] = 1 };
        await using var world = await EngineWorld.StartAsync(_upstream, [config]);
        var held = await HoldAsync(world);
        await using var next = await world.RestartAsync([config]);
        await next.UntilPhaseAsync(held, TaskPhase.Submitted);
        var waiting = await OrderAndWaitAsync(next, Rows.Task(createdAt: EngineWorld.Now));
        Volatile.Write(ref _isOpen, true);
        await next.FinishAsync(waiting);
    }

    [Fact]
    public async Task Submissions_keep_to_the_rate_and_all_get_their_turn()
    {
        Volatile.Write(ref _isOpen, true);
        var config = EngineWorld.Quick();
        config.SubmissionsPerSecond = 2;
        await using var world = await EngineWorld.StartAsync(_upstream, [config]);
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => world.OrderAsync("order " + number)));
        var found = new List<TaskDetail>();
        foreach (var id in ids) found.Add(await world.FinishAsync(id));

        Assert.All(found, row => Assert.Single(row.Attempts));
        Assert.True(found.Max(row => row.Attempts[0].StartedAt) - found.Min(row => row.Task.CreatedAt) >= 2000, "six submissions at two a second take two seconds");
    }

    [Fact]
    public async Task A_task_goes_to_the_channels_of_its_groups_in_their_order()
    {
        Volatile.Write(ref _isOpen, true);
        var stable = EngineWorld.Quick();
        stable.Groups = "stable";
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 9), stable]);
        async Task<string> ChannelAsync(string groups) =>
            Assert.Single((await world.FinishAsync(await world.OrderAsync(Rows.Task(createdAt: EngineWorld.Now) with { Groups = groups }))).Attempts).ChannelId;

        Assert.Equal("channel-1", await ChannelAsync("default"));
        Assert.Equal("channel-2", await ChannelAsync("stable"));
        Assert.Equal("channel-2", await ChannelAsync("stable default"));
        Assert.Equal("channel-1", await ChannelAsync("default stable"));
    }

    [Fact]
    public async Task A_slot_of_an_idle_channel_is_given_to_whoever_waits_for_a_full_one()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1, priority: 9), EngineWorld.Quick(maxInFlight: 1)]);
        await HoldAsync(world);
        await HoldAsync(world);
        var waiting = await OrderAndWaitAsync(world, Rows.Task(createdAt: EngineWorld.Now));

        _open["up-2"] = true;
        var found = await world.UntilPhaseAsync(waiting, TaskPhase.Submitted);

        Assert.Equal("channel-2", Assert.Single(found.Attempts).ChannelId);
    }

    [Fact]
    public async Task While_nothing_may_begin_places_are_kept_and_afterwards_all_go_on()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)]);
        await HoldAsync(world);
        var first = await OrderAndWaitAsync(world, Rows.Task(prompt: "first", createdAt: EngineWorld.Now));
        var second = await OrderAndWaitAsync(world, Rows.Task(prompt: "second", createdAt: EngineWorld.Now));
        world.Gate.IsBelowMinimum = true;
        world.Channels.Find("channel-1")!.State.TakeAnyway("other");
        world.Slots.Release("other");
        Assert.Equal((1, 2), (Position(world, first), Position(world, second)));

        world.Gate.IsBelowMinimum = false;
        Volatile.Write(ref _isOpen, true);
        await world.FinishAsync(first);
        await world.FinishAsync(second);
        Assert.Equal(["hold", "first", "second"], _upstream.Calls.Select(call => call.Request.Prompt));
    }

    private static GenerationTask Other() => Rows.Task(createdAt: EngineWorld.Now) is var task
        ? task with { Order = task.Order with { UpstreamModels = [Rows.Provider + ":model-2"] } } : task;

    private static int? Position(EngineWorld world, string id) => TaskEngine.QueuePosition(world.Engine.Find(id)!);

    private static async Task<string> HoldAsync(EngineWorld world)
    {
        var id = await world.OrderAsync("hold");
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        return id;
    }

    private static async Task<string> OrderAndWaitAsync(EngineWorld world, GenerationTask task)
    {
        await world.OrderAsync(task);
        await EngineWorld.UntilAsync(() => world.Engine.Find(task.Id)!.IsInLine);
        return task.Id;
    }
}
