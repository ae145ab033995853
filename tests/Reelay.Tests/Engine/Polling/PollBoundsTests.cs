using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Polling;

/// <summary>Polls of the running engine: their bounds, their clock, and what wakes them.</summary>
public sealed class PollBoundsTests
{
    private const int MaxConcurrent = 4;

    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task A_channel_whose_every_poll_hangs_delays_no_other()
    {
        var hanging = 0;
        var most = 0;
        var release = new TaskCompletionSource<PollResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.OnPoll = (id, _) =>
        {
            if (_upstream.Jobs.Single(job => job.Id == id).Channel != "channel-1") return Task.FromResult<PollResult>(ScriptedUpstream.Clip);
            var now = Interlocked.Increment(ref hanging);
            lock (_upstream) most = Math.Max(most, now);
            return release.Task;
        };
        await using var world = await EngineWorld.StartAsync(
            _upstream, [EngineWorld.Quick(), EngineWorld.Quick()], new EngineOptions { MaxConcurrentPolls = MaxConcurrent, PollCallSeconds = 600 });

        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => world.OrderAsync("order " + number)));
        await EngineWorld.UntilAsync(() => _upstream.Jobs.Count == ids.Length);
        var healthy = new List<string>();
        var stuck = new List<string>();
        foreach (var id in ids)
        {
            var found = await world.UntilAsync(id, found => found.Attempts is [{ UpstreamId: not null }]);
            (found.Attempts[0].ChannelId == "channel-1" ? stuck : healthy).Add(id);
        }

        Assert.NotEmpty(healthy);
        Assert.True(stuck.Count > MaxConcurrent);
        foreach (var id in healthy) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        await EngineWorld.UntilAsync(() => Volatile.Read(ref hanging) == MaxConcurrent);

        // Who only waits for its turn is no prisoner of those who hang.
        var polled = _upstream.Polls.ToHashSet();
        var waiting = (await Task.WhenAll(stuck.Select(world.ReadAsync))).First(found => !polled.Contains(found.Attempts[0].UpstreamId!)).Task.Id;
        await world.CancelAsync(waiting);
        Assert.Equal("cancelled", (await world.UntilPhaseAsync(waiting, TaskPhase.Failed)).Task.Error!.Code);

        release.SetResult(ScriptedUpstream.Clip);
        foreach (var id in stuck.Where(id => id != waiting)) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.True(most <= stuck.Count);
    }

    [Fact]
    public async Task Polls_beyond_the_rate_of_a_channel_wait_and_are_made()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxPollsPerSecond = 20 });
        var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => world.OrderAsync("order " + number)));
        foreach (var id in ids) Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Equal(60, _upstream.Polls.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task A_clock_that_jumps_neither_ends_a_task_nor_makes_it_spin_or_stall(int days)
    {
        var clock = new MovedClock();
        var polls = 0;
        var isDone = false;
        _upstream.OnPoll = (_, _) =>
        {
            Interlocked.Increment(ref polls);
            return Task.FromResult<PollResult>(Volatile.Read(ref isDone) ? ScriptedUpstream.Clip : new PollResult.Running(true, 50));
        };
        await using var world = await EngineWorld.StartAsync(_upstream, time: clock);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => Volatile.Read(ref polls) >= 2);
        var before = Volatile.Read(ref polls);

        clock.Ahead = TimeSpan.FromDays(days);
        await EngineWorld.UntilAsync(() => Volatile.Read(ref polls) >= before + 3);
        Volatile.Write(ref isDone, true);

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);

        // By the polls' own schedule some dozen would take hours; a loop that spins makes them at once.
        Assert.InRange(Volatile.Read(ref polls), before + 3, before + 60);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task A_task_whose_times_lie_in_another_age_is_polled_as_if_it_were_new_or_late(int days)
    {
        var shift = (long)TimeSpan.FromDays(days).TotalMilliseconds;
        GenerationTask? task = null;
        await using var world = await EngineWorld.StartAsync(_upstream, prepare: async world =>
            (task, _) = await world.WriteSubmittedAsync(attempt => attempt with
            {
                SubmittedAt = attempt.SubmittedAt + shift,
                DeadlineAt = attempt.DeadlineAt + shift,
            }));
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(task!.Id)).Task.Phase);
        Assert.Single(_upstream.Polls);
    }

    [Fact]
    public async Task What_an_upstream_made_while_nobody_looked_is_taken_even_after_the_deadline()
    {
        GenerationTask? task = null;
        await using var world = await EngineWorld.StartAsync(_upstream, prepare: async world =>
            (task, _) = await world.WriteSubmittedAsync(attempt => attempt with { SubmittedAt = EngineWorld.Now - 90_000, DeadlineAt = EngineWorld.Now - 1000 }));
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(task!.Id)).Task.Phase);
    }

    [Fact]
    public async Task Finished_tasks_teach_how_long_they_take()
    {
        await using var world = await EngineWorld.StartAsync(_upstream);
        while (world.Durations.Learned("channel-1", Rows.UpstreamModel) is null) await world.FinishAsync(await world.OrderAsync());
        Assert.True(_upstream.Calls.Count >= DurationHistogram.LeastCount);
    }
}
