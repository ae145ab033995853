using Reelay.Providers;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// Phases <c>submitted</c> and <c>fetching</c>, and terminal tasks whose attempt is still open: asks the upstream once and acts on the answer.
/// </summary>
internal sealed partial class PollStep(
    EngineParts parts, SlotKeeper slots, CompletionStep completion, CancelStep cancel, Action<LiveTask> wake, ILogger<PollStep> logger)
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(2);

    // A task in a channel's line is woken when its turn comes; should that ever fail, it looks by itself.
    private static readonly TimeSpan LinePause = TimeSpan.FromSeconds(30);

    // A node that came with an account of its own may have sent the order: this one learns of the account within seconds.
    private static readonly TimeSpan ChannelPause = TimeSpan.FromSeconds(1);

    // The wheel counts whole milliseconds, so a task may be looked at this much before it is due.
    private const double EarlySeconds = 0.005;

    // Upstreams call back when a task is queued, begins and ends.
    private const int MaxEarlyCount = 3;

    private readonly PollReader _reader = new(parts, logger);

    public async Task<NextStep> RunAsync(LiveTask live)
    {
        var attempt = live.Attempt!;
        if (live.Polls?.AttemptNumber != attempt.Number) live.Polls = Begin(live, attempt);
        var memory = live.Polls;
        var left = memory.Left(parts.Time);

        // A process that was away past the deadline looks once: what the upstream made meanwhile is there, and paid for.
        if (left <= TimeSpan.Zero && memory.Count > 0 && live.Result is null)
        {
            return await GiveUpAsync(live, TaskErrors.DeadlineExceeded, AttemptOutcome.Abandoned);
        }

        if (parts.Channels.Find(attempt) is not { } channel)
        {
            if (left <= TimeSpan.Zero) return await GiveUpAsync(live, TaskErrors.DeadlineExceeded, AttemptOutcome.Abandoned);
            return NextStep.After(left < ChannelPause ? left : ChannelPause);
        }

        var task = live.Task;
        if (task is { Phase: TaskPhase.Submitted, CancelRequestedAt: not null } && await cancel.RunAsync(live, channel) is { } ended)
        {
            return ended;
        }

        if (live.Result is { } known && live.Task.Phase == TaskPhase.Fetching) return await completion.RunAsync(live, channel, known);
        if (WaitUntilDue(live, channel, memory, left) is { } notYet) return notYet;
        return await PollAsync(live, channel, memory);
    }

    private PollMemory Begin(LiveTask live, TaskAttempt attempt)
    {
        var left = live.Deadline.Left(attempt.DeadlineAt, attempt.DeadlineAt - attempt.StartedAt, parts.Now, parts.Time);
        return new PollMemory(live, left, parts.Now, parts.Time.GetTimestamp(), wake) { IsWanted = live.CalledBackAt > 0 };
    }

    // Whatever else wakes a task does not make it be polled more often.
    private NextStep? WaitUntilDue(LiveTask live, ProviderChannel channel, PollMemory memory, TimeSpan left)
    {
        if (memory is { Count: 0, DueAt: 0 })
        {
            // Counted from acceptance also after a restart: what was due while nobody looked is due now.
            var first = PollPolicy.Next(TimeSpan.Zero, CurveOf(live, channel), parts.Randomness.Fraction()).TotalSeconds;
            memory.DueAt = Math.Max(first, Least(channel).TotalSeconds);
        }

        // A result is not to be found a second late because a poll was sent just before its callback. Callbacks may be forged: more than a
        // few do not make it faster than the channel allows.
        var wantedAt = memory.EarlyCount >= MaxEarlyCount ? memory.SentAt + Least(channel).TotalSeconds : 0;
        var dueAt = memory.IsWanted ? Math.Min(wantedAt, memory.DueAt) : memory.DueAt;
        var pause = TimeSpan.FromSeconds(dueAt - memory.Elapsed(parts.Time));
        var isOwnTurn = live.Task is { Phase: TaskPhase.Fetching } or { CancelRequestedAt: not null, Phase: TaskPhase.Submitted };
        if (isOwnTurn || left <= TimeSpan.Zero || pause.TotalSeconds <= EarlySeconds) return null;
        return NextStep.After(pause < left ? pause : left);
    }

    private async Task<NextStep> PollAsync(LiveTask live, ProviderChannel channel, PollMemory memory)
    {
        var lastAt = memory.SentAt;
        var sentAt = memory.SentAt = memory.Elapsed(parts.Time);
        if (memory.IsWanted && lastAt > 0 && sentAt < lastAt + Least(channel).TotalSeconds) memory.EarlyCount++;
        memory.IsWanted = false;
        var curve = CurveOf(live, channel);
        if (await _reader.ReadAsync(live, channel, sentAt - curve.Median) is not { } reading)
        {
            var left = memory.Left(parts.Time);
            return NextStep.After(left > TimeSpan.Zero && left < LinePause ? left : LinePause);
        }

        Learn(live, channel, memory, reading, sentAt);
        return reading.Result switch
        {
            PollResult.Running running => await RunningAsync(live, channel, running),
            PollResult.Succeeded succeeded => await SucceededAsync(live, channel, succeeded),
            PollResult.Failed failed => await FailedAsync(live, channel, failed),
            PollResult.Unreadable unreadable => await UnreadableAsync(live, channel, unreadable),
            var other => throw new ArgumentOutOfRangeException(nameof(live), other, "unknown kind of answer"),
        };
    }

    // The least pause between two polls of one task.
    private static TimeSpan Least(ProviderChannel channel) => TimeSpan.FromMilliseconds(channel.Config.MinPollMilliseconds);

    // A result came somewhere between the last look that did not find it and this one. Failures end at other times and teach nothing;
    // neither does a task whose first part this process has not seen, unless it was seen running since.
    private void Learn(LiveTask live, ProviderChannel channel, PollMemory memory, PollReading reading, double sentAt)
    {
        if (!reading.IsState) return;
        if (reading.Result is PollResult.Running) memory.RunningAt = sentAt;
        if (reading.Result is not PollResult.Succeeded || live.Task.Phase != TaskPhase.Submitted) return;
        if (memory.RunningAt <= 0 && !memory.WasSeenEarly) return;
        parts.Durations.Learn(
            channel.Id, live.Attempt!.UpstreamModel, parts.AssumedSeconds(live.Task, channel), memory.RunningAt, memory.Elapsed(parts.Time));
    }

    private async Task<NextStep> RunningAsync(LiveTask live, ProviderChannel channel, PollResult.Running running)
    {
        var task = live.Task;
        if (running is { Progress: not null } or { HasStarted: true }) live.UnreadableCount = 0;
        var progress = Math.Clamp((int)(running.Progress ?? 0), task.Progress, 99);
        var isNews = (running.HasStarted && !task.HasStarted) || progress > task.Progress;
        var isDue = !task.HasStarted || parts.Steady.Now - live.ProgressWrittenAt >= ProgressPause.TotalMilliseconds;
        if (isNews && isDue && !task.Phase.IsTerminal())
        {
            await parts.Writer.ApplyAsync(live, row => row.Phase != TaskPhase.Submitted ? null : new Change(row with
            {
                HasStarted = row.HasStarted || running.HasStarted,
                Progress = Math.Max(row.Progress, progress),
            }));
            live.ProgressWrittenAt = parts.Steady.Now;
        }

        return NextStep.After(Pause(live, channel, running.PollAfter));
    }

    private async Task<NextStep> SucceededAsync(LiveTask live, ProviderChannel channel, PollResult.Succeeded succeeded)
    {
        live.UnreadableCount = 0;
        if (live.Task.Phase.IsTerminal()) return await CloseAsync(live, AttemptOutcome.Completed, live.Task.SettledMicros is null, isCharged: true, succeeded.Usage?.CostMicros);
        live.Result = succeeded;
        if (live.Task.Phase == TaskPhase.Submitted)
        {
            await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Submitted
                ? new Change(task with { Phase = TaskPhase.Fetching, HasStarted = true })
                : null);
            return NextStep.Now;
        }

        return await completion.RunAsync(live, channel, succeeded);
    }

    private async Task<NextStep> FailedAsync(LiveTask live, ProviderChannel channel, PollResult.Failed failed)
    {
        if (live.Task.Phase.IsTerminal())
        {
            var isCharged = failed.Charge == FailureCharge.Full;
            return await CloseAsync(live, AttemptOutcome.Failed, isCharged && live.Task.SettledMicros is null, isCharged, failed.CostMicros);
        }

        var now = parts.Now;
        var reason = new ProviderException(failed.Kind, failed.Message);
        var closed = Endings.Close(live.Attempt!, AttemptOutcome.Failed, now, reason);
        if (failed.Charge == FailureCharge.Full) closed = AttemptCosts.Charged(closed, live.Task, channel.Config.CostFactor, failed.CostMicros);
        var error = TaskErrors.From(failed.Kind, failed.Message);
        await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal() ? null
            : failed.Charge == FailureCharge.Full ? Endings.FailCharged(task, error, now, closed)
            : Failover.After(parts, task, channel, closed, failed, live.Polls!.Left(parts.Time)) ?? Endings.Fail(task, error, now, closed));
        if (live.Task.OpenAttempt is null) slots.Release(live);
        return NextStep.Now;
    }

    private async Task<NextStep> UnreadableAsync(LiveTask live, ProviderChannel channel, PollResult.Unreadable unreadable)
    {
        live.UnreadableCount++;
        LogUnreadable(live.Task.Id, channel.Id, live.UnreadableCount, unreadable.Detail);
        if (live.UnreadableCount < parts.Options.MaxUnreadableCount) return NextStep.After(Pause(live, channel, null));
        live.Offer(live.Task, live.Attempt! with { ErrorMessage = unreadable.Detail });
        return await GiveUpAsync(live, TaskErrors.Unreadable, AttemptOutcome.Failed);
    }

    private async Task<NextStep> GiveUpAsync(LiveTask live, TaskError error, AttemptOutcome outcome)
    {
        if (live.Task.Phase.IsTerminal()) return await CloseAsync(live, outcome, mayCost: live.Task.SettledMicros is null);
        var now = parts.Now;
        var closed = Endings.Close(live.Attempt!, outcome, now) with { PossibleCostMicros = live.Task.PriceMicros, CostMicros = null, CostBasis = null };
        await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal() ? null : Endings.Fail(task, error, now, closed));
        if (live.Task.OpenAttempt is null) slots.Release(live);
        return NextStep.Now;
    }

    // The task has ended before; only its attempt is closed now, and what the upstream may charge for it is noted for the operator.
    private async Task<NextStep> CloseAsync(LiveTask live, AttemptOutcome outcome, bool mayCost, bool isCharged = false, long? reportedMicros = null)
    {
        var closed = Endings.Close(live.Attempt!, outcome, parts.Now) with { PossibleCostMicros = mayCost ? live.Task.PriceMicros : 0 };
        if (isCharged) closed = AttemptCosts.Charged(closed, live.Task, AttemptCosts.FactorOf(parts, closed), reportedMicros);
        await parts.Writer.ApplyAsync(live, task => task.OpenAttempt is null ? null
            : new Change(task with { OpenAttempt = null }) { Attempt = closed });
        if (live.Task.OpenAttempt is null) slots.Release(live);
        return NextStep.Now;
    }

    // Sets when it is due again, and says how long that is.
    private TimeSpan Pause(LiveTask live, ProviderChannel channel, TimeSpan? asked)
    {
        var memory = live.Polls!;
        var elapsed = memory.Elapsed(parts.Time);
        var pause = memory.IsWanted ? (memory.EarlyCount < MaxEarlyCount ? TimeSpan.Zero : Least(channel)) : PollPolicy.Pause(
            TimeSpan.FromSeconds(elapsed),
            CurveOf(live, channel),
            Least(channel),
            asked,
            parts.Randomness.Fraction());
        memory.DueAt = elapsed + pause.TotalSeconds;
        var left = memory.Left(parts.Time);
        return pause < left ? pause : left;
    }

    private DurationCurve CurveOf(LiveTask live, ProviderChannel channel) => parts.DurationOf(live.Task, channel, live.Attempt!.UpstreamModel);

    [LoggerMessage(2031, LogLevel.Warning, "Task {TaskId}: answer {Count} in a row of channel {Channel} says nothing: {Detail}")]
    private partial void LogUnreadable(string taskId, string channel, int count, string detail);
}
