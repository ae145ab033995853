using Reelay.Providers;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>The one call that hands an order to an upstream, and the write of what came of it. Nothing here sends twice.</summary>
internal sealed partial class SubmissionCall(
    EngineParts parts, Ownership ownership, SlotKeeper slots, CompletionStep completion, ILogger<SubmissionCall> logger)
{
    /// <summary>Sends a recorded attempt, within the time its row gives it.</summary>
    public async Task<NextStep> RunAsync(LiveTask live, ProviderChannel channel)
    {
        var attempt = live.Attempt!;

        // Time has passed since the row was written; a node that lost its shard meanwhile must not send.
        var left = live.SendBy.Left(attempt.SendBy, attempt.SendBy - attempt.StartedAt, await parts.Store.GetTimeAsync(CancellationToken.None), parts.Time);
        var begun = parts.Time.GetTimestamp();
        if (left <= 0 || !ownership.MayAct(live))
        {
            channel.State.NoteNothingSent();
            return await FailedAsync(live, channel, isChannels: false, exception: new ProviderException(
                ProviderErrorKind.NotSent, "The time for sending had passed before anything was sent."));
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(left), parts.Time);
        Submission submission;
        live.SetCall(limit);
        try
        {
            submission = await channel.Provider.SubmitAsync(Context(live, channel, left, MaySend), limit.Token);
        }
        catch (ProviderException exception)
        {
            LogFailed(attempt.TaskId, attempt.Number, channel.Id, exception.Kind, exception.Message);

            // An input that could not be opened in our own store, before anything was sent, says nothing about the channel.
            var isOurs = exception is { Kind: ProviderErrorKind.NotSent, InnerException: Assets.AssetStoreAwayException };
            if (isOurs) channel.State.NoteNothingSent();
            return await FailedAsync(live, channel, exception, isChannels: !isOurs);
        }
        catch (Exception exception)
        {
            // A mistake of the adapter or of ours proves nothing about what was sent.
            LogBroken(attempt.TaskId, attempt.Number, channel.Id, exception);
            return await FailedAsync(live, channel, new ProviderException(ProviderErrorKind.OutcomeUnknown, exception.Message, exception));
        }
        finally
        {
            live.SetCall(null);
        }

        if (channel.State.NoteAnswer(parts.Steady.Now)) slots.Fill(channel);
        return submission switch
        {
            Submission.Accepted accepted => await AcceptedAsync(live, channel, accepted),
            Submission.Finished finished => await FinishedAsync(live, channel, finished, limit.Token),
            _ => throw new ArgumentOutOfRangeException(nameof(live), submission, "unknown kind of submission"),
        };

        // Asked once more when the first byte is about to go: a process that was stopped until then wakes up with timers that are yet to ring.
        bool MaySend() => ownership.MayAct(live) && parts.Time.GetElapsedTime(begun).TotalMilliseconds < left;
    }

    /// <summary>The upstream has the order: what a submission, or a search for a lost one, found.</summary>
    public static Change? Accept(GenerationTask task, TaskAttempt attempt, string upstreamId, string referenceJson, long now) =>
        task.Phase is not (TaskPhase.Submitting or TaskPhase.Reconciling) ? null
        : new Change(task with { Phase = TaskPhase.Submitted })
        {
            Attempt = attempt with { SubmittedAt = now, UpstreamId = upstreamId, ReferenceJson = referenceJson },
        };

    /// <summary>What follows on an answer that is no acceptance; null if nothing does in the task's phase.</summary>
    public static Change? Refuse(GenerationTask task, TaskAttempt attempt, ProviderException exception, long now, double costFactor) =>
        FailureReaction.To(exception.Kind).Then switch
        {
            AfterFailure.TryAgain => new Change(task with { Phase = TaskPhase.Accepted, OpenAttempt = null })
            {
                Attempt = Endings.Close(attempt, AttemptOutcome.NotAccepted, now, exception),
            },

            // Some upstreams make it first, refuse to give it away, and charge for it.
            AfterFailure.Fail => Endings.FailBy(
                exception.Charge,
                task,
                TaskErrors.From(exception.Kind, exception.Message),
                now,
                exception.Charge == FailureCharge.Full
                    ? AttemptCosts.Charged(Endings.Close(attempt, AttemptOutcome.Failed, now, exception), task, costFactor)
                    : Endings.Close(attempt, AttemptOutcome.Failed, now, exception)),
            AfterFailure.Reconcile when task.Phase == TaskPhase.Reconciling => null,
            AfterFailure.Reconcile => new Change(task with { Phase = TaskPhase.Reconciling })
            {
                Attempt = attempt with
                {
                    ErrorKind = exception.Kind.ToString(),
                    ErrorMessage = exception.Message,
                    ErrorRaw = exception.RawBody,
                },
            },
            var other => throw new ArgumentOutOfRangeException(nameof(exception), other, "unknown reaction"),
        };

    private SubmissionContext Context(LiveTask live, ProviderChannel channel, long leftMilliseconds, Func<bool> maySend) => new()
    {
        Account = channel.Account with { MaySend = maySend },
        Request = ProviderRequests.Build(live.Task.Order, live.Attempt!.UpstreamModel, channel.VendorAccount),
        AttemptToken = live.Attempt.Token,
        CallbackUrl = parts.Callbacks?.Of(live.Attempt, channel),
        Media = ProviderRequests.Media(
            live.Task.Order, live.Inputs, parts.Assets, position => parts.InputAddresses.Of(live.Task, position, channel)),
        Deadline = parts.Time.GetUtcNow().AddMilliseconds(leftMilliseconds),
    };

    private async Task<NextStep> AcceptedAsync(LiveTask live, ProviderChannel channel, Submission.Accepted accepted)
    {
        var now = parts.Now;
        var attempt = live.Attempt!;
        var reference = accepted.Reference.GetRawText();
        var outcome = await parts.Writer.ApplyAsync(live, task => Accept(task, attempt, accepted.UpstreamId, reference, now));
        if (outcome == OperationOutcome.NotOwned) return await HandOverAsync(live, new AnswerMail { UpstreamId = accepted.UpstreamId, ReferenceJson = reference });
        if (outcome != OperationOutcome.UpstreamIdTaken) return NextStep.Now;
        return await FailedAsync(live, channel, new ProviderException(
            ProviderErrorKind.OutcomeUnknown, $"The upstream answered with the id {accepted.UpstreamId}, which another attempt has."));
    }

    private async Task<NextStep> FinishedAsync(
        LiveTask live, ProviderChannel channel, Submission.Finished finished, CancellationToken cancellationToken)
    {
        IReadOnlyList<TaskAsset> assets;
        try
        {
            assets = await parts.Fetcher.StoreAsync(channel, live.Attempt!, finished.Outputs, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or ProviderException or HttpRequestException or OperationCanceledException)
        {
            // It came with the answer and cannot be asked for again: what follows must not be lost in the same way.
            if (DiskFull.Is(exception)) parts.Gate.NoteDiskFull();
            var isOurs = exception is Assets.AssetStoreAwayException;
            var what = isOurs ? "The answer could not be kept: " : "The answer could not be read to its end: ";
            return await FailedAsync(
                live, channel, new ProviderException(ProviderErrorKind.OutcomeUnknown, what + exception.Message, exception), isChannels: !isOurs);
        }

        var usage = finished.ReadUsage();
        var outcome = await completion.CompleteAsync(live, channel, assets, usage, outputReferenceJson: null);
        return outcome == OperationOutcome.NotOwned ? await HandOverAsync(live, new AnswerMail { Assets = assets, Usage = usage }) : NextStep.Now;
    }

    // The task is another node's, which waits for this answer as long as it can come, and never sends the order again.
    private async Task<NextStep> HandOverAsync(LiveTask live, AnswerMail answer)
    {
        var attempt = live.Attempt!;
        LogHandedOver(attempt.TaskId, attempt.Number);
        await parts.Writer.PostAsync(live, answer.ToRow(attempt.TaskId, attempt.Number, parts.Now));
        return NextStep.Now;
    }

    // isChannels: whether the failure says anything about the channel.
    private async Task<NextStep> FailedAsync(LiveTask live, ProviderChannel channel, ProviderException exception, bool isChannels = true)
    {
        var now = parts.Now;
        var attempt = live.Attempt!;
        if (isChannels) Note(channel, FailureReaction.To(exception.Kind).Channel, exception);
        var outcome = await parts.Writer.ApplyAsync(
            live, task => task.Phase != TaskPhase.Submitting ? null : Refuse(task, attempt, exception, now, channel.Config.CostFactor));
        if (outcome == OperationOutcome.NotOwned) return await HandOverAsync(live, AnswerMail.Of(exception));
        if (live.Task.OpenAttempt is null) slots.Release(live);
        else slots.Fill(channel);
        return NextStep.Now;
    }

    private void Note(ProviderChannel channel, ChannelEffect effect, ProviderException exception)
    {
        var now = parts.Steady.Now;
        var before = channel.State.Circuit;
        channel.State.NoteFailure(effect, now, exception.RetryAfter, parts.Randomness.Fraction());
        if (effect == ChannelEffect.SwitchesOff)
        {
            if (parts.Channels.Holds.Hold(channel, exception.Message, parts.Now)) LogHeld(channel.Id, exception.Message);
        }
        else if (before != CircuitState.Open && channel.State.Circuit == CircuitState.Open)
        {
            LogOpened(channel.Id, channel.State.CoolUntil - now);
        }
    }

    [LoggerMessage(2012, LogLevel.Error,
        "Channel {Channel} gets no more orders, nor does any other of its account: the upstream refused the credential: {Reason}")]
    private partial void LogHeld(string channel, string reason);

    [LoggerMessage(2013, LogLevel.Warning, "Channel {Channel} failed too often and rests for {Milliseconds} ms; then one order tries it.")]
    private partial void LogOpened(string channel, long milliseconds);

    [LoggerMessage(2014, LogLevel.Warning,
        "Task {TaskId} attempt {Attempt}: the call has ended after the task went to another node, which gets the answer by mail.")]
    private partial void LogHandedOver(string taskId, int attempt);

    [LoggerMessage(2010, LogLevel.Warning, "Task {TaskId} attempt {Attempt} at channel {Channel}: {Kind}: {Reason}")]
    private partial void LogFailed(string taskId, int attempt, string channel, ProviderErrorKind kind, string reason);

    [LoggerMessage(2011, LogLevel.Error, "Task {TaskId} attempt {Attempt} at channel {Channel} broke off.")]
    private partial void LogBroken(string taskId, int attempt, string channel, Exception exception);
}
