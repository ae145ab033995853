using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// Phases <c>submitted</c> and <c>fetching</c>, and terminal tasks whose attempt is still open: asks the upstream once and acts on the answer.
/// </summary>
internal sealed partial class PollStep(EngineParts parts, SlotKeeper slots, CompletionStep completion, CancelStep cancel, ILogger<PollStep> logger)
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(2);

    public async Task<NextStep> RunAsync(LiveTask live)
    {
        var attempt = live.Attempt!;
        if (parts.Now >= attempt.DeadlineAt) return await GiveUpAsync(live, TaskErrors.DeadlineExceeded, AttemptOutcome.Abandoned);
        if (parts.Channels.Find(attempt) is not { } channel) return NextStep.AfterMilliseconds(attempt.DeadlineAt - parts.Now);

        var task = live.Task;
        if (task is { Phase: TaskPhase.Submitted, CancelRequestedAt: not null } && await cancel.RunAsync(live, channel) is { } ended)
        {
            return ended;
        }

        if (live.Result is { } known && live.Task.Phase == TaskPhase.Fetching) return await completion.RunAsync(live, channel, known);
        if (live.PollCount == 0 && task.Phase == TaskPhase.Submitted)
        {
            live.PollCount++;
            return NextStep.After(Pause(live, channel, null));
        }

        live.PollCount++;
        return await PollAsync(live, channel) switch
        {
            PollResult.Running running => await RunningAsync(live, channel, running),
            PollResult.Succeeded succeeded => await SucceededAsync(live, channel, succeeded),
            PollResult.Failed failed => await FailedAsync(live, channel, failed),
            PollResult.Unreadable unreadable => await UnreadableAsync(live, channel, unreadable),
            var other => throw new ArgumentOutOfRangeException(nameof(live), other, "unknown kind of answer"),
        };
    }

    // Errors of a read become answers, so that one switch decides. A read that merely failed says nothing: it neither
    // costs anything nor ends a row of unreadable answers.
    private async Task<PollResult> PollAsync(LiveTask live, ProviderChannel channel)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(parts.Options.PollCallSeconds), parts.Time);
        try
        {
            using var reference = JsonDocument.Parse(live.Attempt!.ReferenceJson!);
            return await channel.Provider.PollAsync(channel.Account, reference.RootElement, limit.Token);
        }
        catch (ProviderException exception) when (exception.Kind == ProviderErrorKind.NotFound)
        {
            live.UnreadableCount += Weight(exception) - 1;
            return new PollResult.Unreadable("The upstream does not know the order: " + exception.Message);
        }
        catch (ProviderException exception)
        {
            LogPollFailed(live.Task.Id, channel.Id, exception.Kind, exception.Message);
            return new PollResult.Running(HasStarted: false, null, exception.RetryAfter);
        }
        catch (OperationCanceledException)
        {
            LogPollFailed(live.Task.Id, channel.Id, ProviderErrorKind.Unavailable, "no answer in time");
            return new PollResult.Running(HasStarted: false);
        }
    }

    // "No such task" says more than an unreadable answer: a few in a row use up the whole budget.
    private int Weight(ProviderException exception)
    {
        if (exception.ConfirmationCount is not { } confirmations) return parts.Options.NotFoundWeight;
        return Math.Max(1, (parts.Options.MaxUnreadableCount + confirmations - 1) / Math.Max(1, confirmations));
    }

    private async Task<NextStep> RunningAsync(LiveTask live, ProviderChannel channel, PollResult.Running running)
    {
        var task = live.Task;
        if (running is { Progress: not null } or { HasStarted: true }) live.UnreadableCount = 0;
        var progress = Math.Clamp((int)(running.Progress ?? 0), task.Progress, 99);
        var isNews = (running.HasStarted && !task.HasStarted) || progress > task.Progress;
        var isDue = !task.HasStarted || parts.Now - live.ProgressWrittenAt >= ProgressPause.TotalMilliseconds;
        if (isNews && isDue && !task.Phase.IsTerminal())
        {
            await parts.Writer.ApplyAsync(live, row => row.Phase != TaskPhase.Submitted ? null : new Change(row with
            {
                HasStarted = row.HasStarted || running.HasStarted,
                Progress = Math.Max(row.Progress, progress),
            }));
            live.ProgressWrittenAt = parts.Now;
        }

        return NextStep.After(Pause(live, channel, running.PollAfter));
    }

    private async Task<NextStep> SucceededAsync(LiveTask live, ProviderChannel channel, PollResult.Succeeded succeeded)
    {
        live.UnreadableCount = 0;
        if (live.Task.Phase.IsTerminal()) return await CloseAsync(live, AttemptOutcome.Completed, live.Task.SettledMicros is null);
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
            return await CloseAsync(live, AttemptOutcome.Failed, failed.Charge == FailureCharge.Full && live.Task.SettledMicros is null);
        }

        var now = parts.Now;
        var reason = new ProviderException(failed.Kind, failed.Message);
        var closed = Endings.Close(live.Attempt!, AttemptOutcome.Failed, now, reason);
        var error = TaskErrors.From(failed.Kind, failed.Message);
        await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal() ? null
            : failed.Charge == FailureCharge.Full ? Endings.FailCharged(task, error, now, closed)
            : Endings.Fail(task, error, now, closed));
        if (live.Task.OpenAttempt is null) slots.Release(channel);
        return NextStep.Now;
    }

    private async Task<NextStep> UnreadableAsync(LiveTask live, ProviderChannel channel, PollResult.Unreadable unreadable)
    {
        live.UnreadableCount++;
        LogUnreadable(live.Task.Id, channel.Id, live.UnreadableCount, unreadable.Detail);
        if (live.UnreadableCount < parts.Options.MaxUnreadableCount) return NextStep.After(Pause(live, channel, null));
        live.Attempt = live.Attempt! with { ErrorMessage = unreadable.Detail };
        return await GiveUpAsync(live, TaskErrors.Unreadable, AttemptOutcome.Failed);
    }

    private async Task<NextStep> GiveUpAsync(LiveTask live, TaskError error, AttemptOutcome outcome)
    {
        if (live.Task.Phase.IsTerminal()) return await CloseAsync(live, outcome, mayCost: live.Task.SettledMicros is null);
        var now = parts.Now;
        var closed = Endings.Close(live.Attempt!, outcome, now) with { PossibleCostMicros = live.Task.PriceMicros };
        await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal() ? null : Endings.Fail(task, error, now, closed));
        if (live.Task.OpenAttempt is null) slots.Release(closed.ChannelId);
        return NextStep.Now;
    }

    // The task has ended before; only its attempt is closed now, and what the upstream may charge for it is noted for the operator.
    private async Task<NextStep> CloseAsync(LiveTask live, AttemptOutcome outcome, bool mayCost)
    {
        var closed = Endings.Close(live.Attempt!, outcome, parts.Now) with { PossibleCostMicros = mayCost ? live.Task.PriceMicros : 0 };
        await parts.Writer.ApplyAsync(live, task => task.OpenAttempt is null ? null
            : new Change(task with { OpenAttempt = null }) { Attempt = closed });
        if (live.Task.OpenAttempt is null) slots.Release(closed.ChannelId);
        return NextStep.Now;
    }

    private TimeSpan Pause(LiveTask live, ProviderChannel channel, TimeSpan? asked)
    {
        var elapsed = TimeSpan.FromMilliseconds(Math.Max(0, parts.Now - (live.Attempt!.SubmittedAt ?? live.Attempt.StartedAt)));
        var expected = channel.Config.ExpectedSeconds > 0 ? channel.Config.ExpectedSeconds : parts.Spec(live.Task)?.ExpectedSeconds ?? 60;
        var left = TimeSpan.FromMilliseconds(Math.Max(0, live.Attempt.DeadlineAt - parts.Now));
        var pause = PollPolicy.Pause(
            elapsed,
            TimeSpan.FromSeconds(expected),
            TimeSpan.FromMilliseconds(channel.Config.MinPollMilliseconds),
            asked,
            parts.Randomness.Fraction());
        return pause < left ? pause : left;
    }

    [LoggerMessage(2030, LogLevel.Warning, "Task {TaskId}: polling channel {Channel} failed: {Kind}: {Reason}")]
    private partial void LogPollFailed(string taskId, string channel, ProviderErrorKind kind, string reason);

    [LoggerMessage(2031, LogLevel.Warning, "Task {TaskId}: answer {Count} in a row of channel {Channel} says nothing: {Detail}")]
    private partial void LogUnreadable(string taskId, string channel, int count, string detail);
}
