using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>The store of files is away, as a bucket can be: results wait for it while their links live, and nobody else is blamed.</summary>
public sealed class BucketAwayTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task A_result_waits_for_the_store_beyond_every_bound_on_tries_and_nothing_else_is_sent_meanwhile()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxFetchCount = 1 });
        world.Disk.IsAway = true;
        var made = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => world.Gate.IsStoreAway);
        var waiting = await world.OrderAsync("another boat");
        Assert.False(world.Gate.TryEnter(0));

        // What believes that it is back finds it away again: no try is counted.
        for (var seen = world.Disk.RefusedCount; world.Disk.RefusedCount < seen + 2;)
        {
            world.AssetState.NoteBack();
            await world.UntilAsync(made, _ => world.Gate.IsStoreAway || world.Disk.RefusedCount >= seen + 2);
            await GatewayHost.PauseAsync();
        }

        Assert.Equal(TaskPhase.Fetching, (await world.ReadAsync(made)).Task.Phase);
        Return(world);

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(made)).Task.Phase);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(waiting)).Task.Phase);
        Assert.Equal(2, _upstream.Calls.Count);
        Assert.Equal(0, world.Money().Reserved);
    }

    [Fact]
    public async Task A_link_that_has_died_when_the_store_is_back_loses_the_result()
    {
        var isDead = false;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Succeeded(
            [ScriptedUpstream.Opened(() => Volatile.Read(ref isDead) ? throw new IOException("410 Gone") : [1, 2, 3])]));
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxFetchCount = 1 });
        world.Disk.IsAway = true;
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => world.Gate.IsStoreAway);
        Volatile.Write(ref isDead, true);
        Return(world);

        var found = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Failed, "result_lost"), (found.Task.Phase, found.Task.Error!.Code));
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal(("result_lost", "410 Gone"), (attempt.ErrorKind, attempt.ErrorMessage));
        Assert.True(attempt.PossibleCostMicros > 0);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task An_answer_that_is_the_result_and_cannot_be_kept_is_an_unknown_outcome_and_released()
    {
        EngineWorld? world = null;
        _upstream.OnSubmit = (_, _) =>
        {
            world!.Disk.IsAway = true;
            return Task.FromResult<Submission>(new Submission.Finished(ScriptedUpstream.Clip.Outputs.ToAsyncEnumerable(), () => null));
        };
        await using var started = world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();

        var found = await world.FinishAsync(id);

        Assert.Equal((TaskPhase.Failed, "submission_outcome_unknown"), (found.Task.Phase, found.Task.Error!.Code));
        Assert.StartsWith("The answer could not be kept", Assert.Single(found.Attempts).ErrorMessage);
        Assert.True(world.Gate.IsStoreAway);
        Assert.Single(_upstream.Calls);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    private static void Return(EngineWorld world)
    {
        world.Disk.IsAway = false;
        world.AssetState.NoteBack();
    }
}
