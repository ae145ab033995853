using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Phase <c>accepted</c>: finds a channel with a free slot and hands the order over, once.</summary>
internal sealed partial class SubmitStep(EngineParts parts, Ownership ownership, SlotKeeper slots, CompletionStep completion, ILogger<SubmitStep> logger)
{
    private const int TokenLength = 32;
    private static readonly TimeSpan GatePause = TimeSpan.FromSeconds(2);

    public async Task<NextStep> RunAsync(LiveTask live)
    {
        var task = live.Task;
        if (task.CancelRequestedAt is not null) return await EndAsync(live, TaskErrors.Cancelled);
        var queueLeft = task.CreatedAt + ((parts.Spec(task)?.MaxQueueSeconds ?? 900) * 1000L) - parts.Now;
        if (queueLeft <= 0) return await EndAsync(live, TaskErrors.QueueTimeout);
        if (!parts.Gate.TryEnter()) return NextStep.After(GatePause);
        try
        {
            return await ChooseAsync(live, task, queueLeft);
        }
        finally
        {
            parts.Gate.Leave();
        }
    }

    private async Task<NextStep> ChooseAsync(LiveTask live, GenerationTask task, long queueLeft)
    {
        var wait = queueLeft;
        ProviderChannel? full = null;
        foreach (var route in parts.Channels.RoutesFor(task.Order))
        {
            var channel = route.Channel;
            var cooling = channel.State.CoolUntil - parts.Now;
            if (cooling > 0) wait = Math.Min(wait, cooling);
            else if (!channel.State.TryTake(channel.Config.MaxInFlight)) full ??= channel;
            else return await SubmitAsync(live, route);
        }

        if (full is null) return NextStep.AfterMilliseconds(wait);
        full.State.Enqueue(live);

        // A slot given back between the two lines above would have woken nobody.
        return full.State.InFlight < full.Config.MaxInFlight ? NextStep.Now : NextStep.AfterMilliseconds(wait);
    }

    private async Task<NextStep> EndAsync(LiveTask live, TaskError error)
    {
        await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Accepted ? Endings.Fail(task, error, parts.Now) : null);

        // It may have been woken for a free slot that it takes no more; whoever stands behind it would wait for nothing.
        foreach (var route in parts.Channels.RoutesFor(live.Task.Order)) slots.PassOn(route.Channel);
        return NextStep.Now;
    }

    private async Task<NextStep> SubmitAsync(LiveTask live, ChannelRoute route)
    {
        var recorded = await RecordAsync(live, route);
        if (recorded == OperationOutcome.Applied) return await CallAsync(live, route.Channel, live.Attempt!);
        slots.Release(route.Channel);
        return recorded == OperationOutcome.NoSlot ? NextStep.After(GatePause) : NextStep.Now;
    }

    // Durable before the first byte leaves: whoever finds this row knows that the upstream may have the order.
    private Task<OperationOutcome?> RecordAsync(LiveTask live, ChannelRoute route)
    {
        var callMilliseconds = route.Channel.Config.CallSeconds * 1000L;
        var deadline = (parts.Spec(live.Task)?.DeadlineSeconds ?? 3600) * 1000L;
        var token = parts.Randomness.Text(TokenLength);
        return parts.Writer.ApplyAsync(live, task => task is { Phase: TaskPhase.Accepted, CancelRequestedAt: null }
            ? new Change(task with
            {
                Phase = TaskPhase.Submitting,
                AttemptCount = task.AttemptCount + 1,
                OpenAttempt = task.AttemptCount + 1,
            })
            {
                Attempt = new TaskAttempt
                {
                    TaskId = task.Id,
                    Number = task.AttemptCount + 1,
                    ChannelId = route.Channel.Id,
                    ChannelAccount = route.Channel.VendorAccount,
                    CredentialVersion = route.Channel.CredentialVersion,
                    UpstreamModel = route.UpstreamModel,
                    Token = token,
                    Fingerprint = ProviderRequests.Fingerprint(task.Order, route.UpstreamModel),
                    DeadlineAt = parts.Now + callMilliseconds + deadline,
                },
                Admission = new(route.Channel.Config.MaxInFlight, callMilliseconds),
            }
            : null);
    }

    private async Task<NextStep> CallAsync(LiveTask live, ProviderChannel channel, TaskAttempt attempt)
    {
        var order = live.Task.Order;
        try
        {
            // Time has passed since the row was written; a node that lost its shard meanwhile must not send.
            var left = attempt.SendBy - await parts.Store.GetTimeAsync(CancellationToken.None);
            if (left <= 0 || !ownership.Owns(live.Task.Shard)) return await NotSentAsync(live, channel, attempt);
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(left), parts.Time);
            var submission = await channel.Provider.SubmitAsync(
                new SubmissionContext
                {
                    Account = channel.Account,
                    Request = ProviderRequests.Build(order, attempt.UpstreamModel),
                    AttemptToken = attempt.Token,
                    Media = ProviderRequests.Media(order, parts.Assets),
                    Deadline = parts.Time.GetUtcNow().AddMilliseconds(left),
                },
                limit.Token);
            channel.State.NoteSuccess();
            return submission switch
            {
                Submission.Accepted accepted => await AcceptedAsync(live, channel, attempt, accepted),
                Submission.Finished finished => await FinishedAsync(live, channel, attempt, finished, limit.Token),
                _ => throw new ArgumentOutOfRangeException(nameof(live), submission, "unknown kind of submission"),
            };
        }
        catch (ProviderException exception)
        {
            LogFailed(attempt.TaskId, attempt.Number, channel.Id, exception.Kind, exception.Message);
            return await FailedAsync(live, channel, attempt, exception);
        }
        catch (Exception exception)
        {
            // A mistake of the adapter or of ours proves nothing about what was sent.
            LogBroken(attempt.TaskId, attempt.Number, channel.Id, exception);
            return await FailedAsync(
                live, channel, attempt, new ProviderException(ProviderErrorKind.OutcomeUnknown, exception.Message, exception));
        }
    }

    private async Task<NextStep> AcceptedAsync(
        LiveTask live, ProviderChannel channel, TaskAttempt attempt, Submission.Accepted accepted)
    {
        var now = parts.Now;
        var outcome = await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Submitting
            ? new Change(task with { Phase = TaskPhase.Submitted })
            {
                Attempt = attempt with
                {
                    SubmittedAt = now,
                    UpstreamId = accepted.UpstreamId,
                    ReferenceJson = accepted.Reference.GetRawText(),
                },
            }
            : null);
        if (outcome == OperationOutcome.UpstreamIdTaken)
        {
            return await FailedAsync(live, channel, attempt, new ProviderException(
                ProviderErrorKind.OutcomeUnknown, $"The upstream answered with the id {accepted.UpstreamId}, which another attempt has."));
        }

        return NextStep.Now;
    }

    private async Task<NextStep> FinishedAsync(
        LiveTask live, ProviderChannel channel, TaskAttempt attempt, Submission.Finished finished, CancellationToken cancellationToken)
    {
        try
        {
            var assets = await parts.Fetcher.StoreAsync(channel, attempt, finished.Outputs, cancellationToken);
            return await completion.CompleteAsync(live, channel, assets, finished.Usage);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "The answer could not be read to its end: " + exception.Message, exception);
        }
    }

    private Task<NextStep> NotSentAsync(LiveTask live, ProviderChannel channel, TaskAttempt attempt) => FailedAsync(
        live, channel, attempt, new ProviderException(ProviderErrorKind.NotSent, "The time for sending had passed before anything was sent."));

    private async Task<NextStep> FailedAsync(LiveTask live, ProviderChannel channel, TaskAttempt attempt, ProviderException exception)
    {
        var now = parts.Now;
        var reaction = FailureReaction.To(exception.Kind);
        if (reaction.CoolsChannel) channel.State.CoolDown(now, exception.RetryAfter);
        await parts.Writer.ApplyAsync(live, task => task.Phase != TaskPhase.Submitting ? null : reaction.Then switch
        {
            AfterFailure.TryAgain => new Change(task with { Phase = TaskPhase.Accepted, OpenAttempt = null })
            {
                Attempt = Endings.Close(attempt, AttemptOutcome.NotAccepted, now, exception),
            },
            AfterFailure.Fail => Endings.Fail(
                task,
                TaskErrors.From(exception.Kind, exception.Message),
                now,
                Endings.Close(attempt, AttemptOutcome.Failed, now, exception)),
            AfterFailure.Reconcile => new Change(task with { Phase = TaskPhase.Reconciling })
            {
                Attempt = attempt with
                {
                    ErrorKind = exception.Kind.ToString(),
                    ErrorMessage = exception.Message,
                    ErrorRaw = exception.RawBody,
                },
            },
            _ => throw new ArgumentOutOfRangeException(nameof(exception), reaction, "unknown reaction"),
        });
        if (live.Task.OpenAttempt is null) slots.Release(channel);
        return NextStep.Now;
    }

    [LoggerMessage(2010, LogLevel.Warning, "Task {TaskId} attempt {Attempt} at channel {Channel}: {Kind}: {Reason}")]
    private partial void LogFailed(string taskId, int attempt, string channel, ProviderErrorKind kind, string reason);

    [LoggerMessage(2011, LogLevel.Error, "Task {TaskId} attempt {Attempt} at channel {Channel} broke off.")]
    private partial void LogBroken(string taskId, int attempt, string channel, Exception exception);
}
