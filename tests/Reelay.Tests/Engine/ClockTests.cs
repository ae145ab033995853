using Reelay.Providers;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>The wall clock jumps while an order is in each of its phases. Periods are counted by the monotonic clock, so nothing comes of it.</summary>
public sealed class ClockTests
{
    private readonly MovedClock _clock = new();
    private readonly ScriptedUpstream _upstream = new();

    public static TheoryData<double> Jumps() => [1, -0.5, -1, -24, 24];

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_queued_order_waits_on(double hours)
    {
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Volatile.Read(ref isDone) ? ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 1)], time: _clock);
        var first = await world.OrderAsync();
        await world.UntilPhaseAsync(first, TaskPhase.Submitted);
        var second = await world.OrderAsync("another boat");
        await EngineWorld.UntilAsync(() => world.Engine.Find(second)?.IsInLine == true);

        Jump(hours);
        world.Engine.ChannelsChanged();
        Volatile.Write(ref isDone, true);

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(first)).Task.Phase);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(second)).Task.Phase);
        Assert.Equal(2, _upstream.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_channel_that_rests_rests_no_longer(double hours)
    {
        _upstream.OnSubmit = (call, _) => _upstream.Calls.Count > 1 ? Task.FromResult<Submission>(_upstream.Accept(call))
            : throw new ProviderException(ProviderErrorKind.Overloaded, "busy");
        await using var world = await EngineWorld.StartAsync(_upstream, time: _clock);
        var id = await world.OrderAsync();
        await world.UntilAsync(id, found => found.Attempts is [{ EndedAt: not null }, ..]);
        Jump(hours);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task An_order_under_way_to_its_upstream_is_sent_once_and_has_its_whole_time(double hours)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.OnSubmit = async (call, _) =>
        {
            await release.Task;
            return _upstream.Accept(call);
        };
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(_upstream.Polls.Count > 3 ? ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = await EngineWorld.StartAsync(_upstream, time: _clock);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => _upstream.Calls.Count == 1);

        Jump(hours);
        release.SetResult();

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Single(_upstream.Calls);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task A_lost_order_is_not_looked_for_before_its_upstream_can_show_it(double hours)
    {
        // The upstream lists what it took after 0.8 s, and the call could have gone on for 3 s: whoever looks earlier sees a certain absence, and sends again.
        var listed = Task.CompletedTask;
        _upstream.SearchKind = SearchKind.ByToken;
        _upstream.OnSubmit = (call, _) =>
        {
            listed = Task.Delay(TimeSpan.FromSeconds(0.8), TimeProvider.System, TestContext.Current.CancellationToken);
            return Task.FromResult(_upstream.AcceptAndDrop(call));
        };
        _upstream.OnFind = query => !listed.IsCompleted ? [] :
        [
            .. _upstream.Jobs.Select(job => new FoundSubmission(job.Id, ScriptedUpstream.Reference(job.Id), query.SentFrom, job.Token == query.AttemptToken)),
        ];
        var channel = EngineWorld.Quick();
        channel.CallSeconds = 3;
        await using var world = await EngineWorld.StartAsync(_upstream, [channel], time: _clock);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Reconciling);

        Jump(hours);
        await world.Engine.ReadMailAsync(id);

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task After_a_jump_back_and_a_restart_nothing_waits_longer_than_its_whole_period()
    {
        // Written by a process whose clock was a day ahead.
        GenerationTask? lost = null, queued = null;
        _upstream.SearchKind = SearchKind.ByToken;
        _clock.Ahead = TimeSpan.FromDays(1);
        await using var world = await EngineWorld.StartAsync(_upstream, time: _clock, prepare: async world =>
        {
            var tomorrow = _clock.GetUtcNow().ToUnixTimeMilliseconds();
            lost = Rows.Task(createdAt: tomorrow);
            queued = Rows.Task(createdAt: tomorrow);
            foreach (var task in new[] { lost, queued }) await world.WriteAsync(new StoreOperation.Create(world.Fence(task), task));
            await world.WriteAsync(new StoreOperation.Transition(world.Fence(lost), Rows.Submitting(lost))
            {
                Attempt = Rows.Attempt(lost, channel: "channel-1"), Admission = new(100, 1000),
            });
            _clock.Ahead = TimeSpan.Zero;
        });

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(queued!.Id)).Task.Phase);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(lost!.Id)).Task.Phase);
        Assert.Equal(2, _upstream.Calls.Count);
    }

    private void Jump(double hours) => _clock.Ahead += TimeSpan.FromHours(hours);
}
