using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>
/// What a callback changes. It came to an address that only its upstream knows, so that it tells which id the order has there; its body ends
/// nothing unless it is signed: otherwise it says no more than "look now".
/// </summary>
internal sealed partial class CallbackStep(EngineParts parts, SlotKeeper slots, ILogger<CallbackStep> logger)
{
    private const int SearchPauseMilliseconds = 2000;

    /// <summary>Uses one callback.</summary>
    /// <returns>When to look at the task if not at once, or null.</returns>
    public async Task<NextStep?> RunAsync(LiveTask live, InboxRow row)
    {
        if (live.Attempt is { } attempt && attempt.Number == row.Attempt) await UseAsync(live, attempt, row);
        else LogStray(row.TaskId, row.Attempt, "it is about an attempt that is over");
        await parts.Writer.UseMailAsync(live, row);
        return LookNow(live);
    }

    private async Task UseAsync(LiveTask live, TaskAttempt attempt, InboxRow row)
    {
        var channel = parts.Channels.Find(attempt);
        var reading = Read(channel, attempt, row);
        if (reading is null) LogStray(row.TaskId, row.Attempt, "it is no callback of this upstream, its address is signed wrongly, or its channel is gone");
        if (reading?.UpstreamId is { } id && attempt.UpstreamId is null) await NameAsync(live, channel!, attempt, id, row);
        else if (reading?.UpstreamId is { } other && attempt.UpstreamId != other) LogStray(row.TaskId, row.Attempt, "it names another order than the one that was accepted");
        else if (reading is not null && IsOpen(live, attempt)) await BelieveAsync(live, channel!, reading.Result, row);
    }

    /// <summary>An order whose submission is under way is accepted: noted at once, and the call is not waited for much longer.</summary>
    /// <returns>Whether the callback told so.</returns>
    public async Task<bool> AdoptEarlyAsync(LiveTask live, InboxRow row)
    {
        if (live.Attempt is not { UpstreamId: null, EndedAt: null } attempt || attempt.Number != row.Attempt) return false;
        if (parts.Channels.Find(attempt) is not { } channel || Read(channel, attempt, row)?.UpstreamId is not { } id) return false;
        await NameAsync(live, channel, attempt, id, row);
        if (live.Attempt?.UpstreamId is null) return false;

        // Its driver looks at once when the call is over.
        live.CalledBackAt = parts.Steady.Now;
        _ = live.EndCallSoonAsync(parts.Time);
        return true;
    }

    private CallbackReading? Read(ProviderChannel? channel, TaskAttempt attempt, InboxRow row)
    {
        if (channel?.Provider is not IReceivesCallbacks receiver || CallbackMail.Of(row) is not { } mail) return null;

        // A signature is good or bad by the time at which it came, however long it lay here.
        var account = channel.Account with { Time = new StoppedTime(row.CreatedAt) };
        return receiver is IChecksCallbackAddresses checks && !checks.IsGenuine(account, parts.Callbacks?.AllOf(attempt, channel) ?? [], mail.Headers)
            ? null
            : receiver.ReadCallback(account, mail.Headers, mail.Body);
    }

    // The id of an order that had none: acceptance, if the attempt is open; else a note for the operator, and what it may cost.
    private async Task NameAsync(LiveTask live, ProviderChannel channel, TaskAttempt attempt, string id, InboxRow row)
    {
        var request = ProviderRequests.Build(live.Task.Order, attempt.UpstreamModel, channel.VendorAccount);
        if ((channel.Provider as IResumesById)?.ReferenceOf(request, id) is not { } reference)
        {
            LogStray(row.TaskId, row.Attempt, "nothing can be polled by the id it names");
            return;
        }

        var now = parts.Now;
        var text = reference.GetRawText();
        var outcome = await parts.Writer.ApplyAsync(live, task =>
            task.OpenAttempt == attempt.Number
                ? SubmissionCall.Accept(task, attempt, id, text, now) is { } accepted ? accepted with { UsedMail = [row.Id] } : null
            : task.AttemptCount == attempt.Number && attempt.EndedAt is not null
                ? new Change(task)
                {
                    Attempt = attempt with
                    {
                        UpstreamId = id,
                        ReferenceJson = text,
                        PossibleCostMicros = task.SettledMicros is null ? Math.Max(attempt.PossibleCostMicros, task.PriceMicros) : attempt.PossibleCostMicros,
                    },
                    UsedMail = [row.Id],
                }
            : null);
        if (outcome == OperationOutcome.Applied) LogNamed(row.TaskId, row.Attempt, id, live.Task.Phase);
        if (outcome == OperationOutcome.UpstreamIdTaken) LogStray(row.TaskId, row.Attempt, $"the id it names, {id}, belongs to another attempt");
    }

    private static bool IsOpen(LiveTask live, TaskAttempt attempt) =>
        live.Task is { Phase: TaskPhase.Submitted, CancelRequestedAt: null } && live.Task.OpenAttempt == attempt.Number;

    // Only a provider that has checked a signature gives a result here. Whatever is not an end is left to the poll.
    private async Task BelieveAsync(LiveTask live, ProviderChannel channel, PollResult? result, InboxRow row)
    {
        switch (result)
        {
            case PollResult.Succeeded succeeded:
                live.Result = succeeded;
                await parts.Writer.ApplyAsync(live, task => task.Phase != TaskPhase.Submitted ? null
                    : new Change(task with { Phase = TaskPhase.Fetching, HasStarted = true }) { UsedMail = [row.Id] });
                break;
            case PollResult.Failed failed:
                var now = parts.Now;
                var closed = Endings.Close(live.Attempt!, AttemptOutcome.Failed, now, new ProviderException(failed.Kind, failed.Message));
                var error = TaskErrors.From(failed.Kind, failed.Message);
                var outcome = await parts.Writer.ApplyAsync(live, task => task.Phase != TaskPhase.Submitted ? null
                    : Endings.FailBy(failed.Charge, task, error, now, closed) with { UsedMail = [row.Id] });
                if (outcome == OperationOutcome.Applied) slots.Release(live);
                break;
        }
    }

    // The upstream is asked no faster than it is anyway, however many callbacks come and whatever they say: a poll keeps its channel's least
    // pause by itself, a search has none of its own.
    private NextStep? LookNow(LiveTask live)
    {
        if (live.Task.OpenAttempt is null || live.Result is not null) return null;
        var now = parts.Steady.Now;
        var wait = live.Task.Phase == TaskPhase.Reconciling ? live.CalledBackAt + SearchPauseMilliseconds - now : 0;
        if (wait > 0) return NextStep.AfterMilliseconds(wait);
        live.CalledBackAt = now;
        if (live.Polls is { } polls) polls.IsWanted = true;
        return null;
    }

    [LoggerMessage(2170, LogLevel.Information, "Task {TaskId} attempt {Attempt}: a callback tells that it is {UpstreamId}; the task is {Phase}.")]
    private partial void LogNamed(string taskId, int attempt, string upstreamId, TaskPhase phase);

    [LoggerMessage(2171, LogLevel.Warning, "Task {TaskId} attempt {Attempt}: a callback is not used: {Reason}.")]
    private partial void LogStray(string taskId, int attempt, string reason);

    private sealed class StoppedTime(long milliseconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
