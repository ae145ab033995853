using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>A commit took effect and nobody was told: its writer finds its own rows, and does once what follows from them.</summary>
public sealed class LostAnswerTests
{
    private readonly ScriptedUpstream _upstream = new();

    /// <summary>Ends of an attempt, each of which gives a slot back.</summary>
    public enum End
    {
        Completed,
        Failed,
        Cancelled,
        NotAccepted,
    }

    [Theory]
    [InlineData(End.Completed)]
    [InlineData(End.Failed)]
    [InlineData(End.Cancelled)]
    [InlineData(End.NotAccepted)]
    public async Task A_slot_is_given_back_once(End end)
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(end switch
        {
            End.Failed => new PollResult.Failed(ProviderErrorKind.GenerationFailed, "no"),
            End.Cancelled => new PollResult.Running(true),
            _ => ScriptedUpstream.Clip,
        });
        _upstream.OnCancel = _ => CancelResult.Confirmed;
        _upstream.OnSubmit = (call, _) => end == End.NotAccepted && call.Account.ChannelId == "channel-1"
            ? throw new ProviderException(ProviderErrorKind.RateLimited, "later")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1, priority: 1), EngineWorld.Quick(maxInFlight: 1)]);
        world.Answers.Loses = operation => operation is StoreOperation.Transition { Attempt.EndedAt: not null };
        var id = await world.OrderAsync();
        if (end == End.Cancelled)
        {
            await world.UntilPhaseAsync(id, TaskPhase.Submitted);
            await world.CancelAsync(id);
        }

        await world.FinishAsync(id);
        await EngineWorld.UntilAsync(() => world.Channels.All.All(channel => channel.State.InFlight == 0));
        Assert.NotEqual(0, world.Answers.LostCount);
        Assert.Equal(0, world.Money().Reserved);
    }

    [Fact]
    public async Task An_order_whose_submission_was_recorded_is_sent_once()
    {
        // The writer pauses for a second, within which a call of one second would be over.
        var channel = EngineWorld.Quick();
        channel.CallSeconds = 60;
        await using var world = await EngineWorld.StartAsync(_upstream, [channel]);
        world.Answers.Loses = operation => operation is StoreOperation.Transition { Admission: not null };

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Completed, 1), (found.Task.Phase, found.Attempts.Count));
        Assert.Single(_upstream.Calls);
        await world.UntilFreeAsync();
    }

    [Fact]
    public async Task A_cancel_that_came_meanwhile_is_not_taken_for_the_write()
    {
        await using var world = await EngineWorld.StartAsync(_upstream);
        var before = Rows.Task(createdAt: EngineWorld.Now);
        await world.WriteAsync(new StoreOperation.Create(world.Fence(before), before));
        var change = new Change(before with { Progress = 5 });
        await world.CancelAsync(before.Id);

        Assert.False(change.IsDone(before, null, await world.ReadAsync(before.Id)));
    }
}
