using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// Phase <c>reconciling</c>, and <c>submitting</c> found after a restart: finds out whether the upstream has the order. Never sends it again
/// unless its absence is certain.
/// </summary>
internal sealed partial class ReconcileStep(EngineParts parts, Ownership ownership, SlotKeeper slots, ILogger<ReconcileStep> logger)
{
    // While an operator may decide, the upstream is asked again now and then.
    private const long HoldPauseMilliseconds = 30_000;

    private static readonly TimeSpan SearchPause = TimeSpan.FromSeconds(2);

    // A search that fails is repeated for this long after it first could have been certain; then the outcome counts as unknown.
    private static readonly TimeSpan SearchPatience = TimeSpan.FromMinutes(2);

    /// <summary>A <c>submitting</c> row without anybody's call behind it: the process that sent it is gone.</summary>
    public async Task<NextStep> AdoptOrphanAsync(LiveTask live)
    {
        // Another node may have made the call, and its answer come by mail, a moment after it came there.
        var left = await AnswerLeftAsync(live) + (long)ownership.HandOverTime.TotalMilliseconds;
        if (left > 0) return NextStep.AfterMilliseconds(left);
        if (await HasAnswerAsync(live)) return NextStep.Now;
        await parts.Writer.ApplyAsync(
            live, task => task.Phase == TaskPhase.Submitting ? new Change(task with { Phase = TaskPhase.Reconciling }) : null);
        return NextStep.Now;
    }

    // What lies in the inbox is read before the answer counts as lost.
    private async Task<bool> HasAnswerAsync(LiveTask live)
    {
        var mail = await parts.Store.ReadInboxAsync(live.Task.Id, CancellationToken.None);
        if (!mail.Any(row => row.Kind == InboxRow.Answer)) return false;
        live.NoteMail();
        return true;
    }

    public async Task<NextStep> RunAsync(LiveTask live)
    {
        var attempt = live.Attempt!;
        var channel = parts.Channels.Find(attempt);
        var finder = channel?.Provider as IFindsSubmissions;
        var ability = finder?.Search(channel!.Account) ?? new SearchAbility(SearchKind.None, TimeSpan.Zero);

        // Before this moment the order could still be on its way, or accepted and not listed yet.
        var uncertain = await AnswerLeftAsync(live) + (long)ability.VisibilityDelay.TotalMilliseconds;
        if (uncertain > 0) return NextStep.AfterMilliseconds(uncertain);

        // An account that only another node has had so far is known here within seconds.
        if (channel is null && -uncertain < SearchPatience.TotalMilliseconds) return NextStep.After(SearchPause);

        // What is certain needs no operator; only a task that would end as unknown is kept for one.
        var held = uncertain + (parts.Options.ReconcileHoldSeconds * 1000L);
        if (finder is null || ability.Kind == SearchKind.None) return await UnknownAsync(live, held, "this upstream keeps no list to search");

        IReadOnlyList<FoundSubmission> found;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(parts.Options.PollCallSeconds), parts.Time);
            found = await finder.FindAsync(channel!.Account, Query(live.Task, attempt, channel), limit.Token);
        }
        catch (Exception exception) when (exception is ProviderException or OperationCanceledException)
        {
            LogSearchFailed(live.Task.Id, channel!.Id, exception.Message);
            return -uncertain < SearchPatience.TotalMilliseconds
                ? NextStep.After(SearchPause)
                : await UnknownAsync(live, held, "the upstream's list could not be read");
        }

        return await JudgeAsync(live, channel, ability.Kind, found, held);
    }

    private async Task<NextStep> JudgeAsync(
        LiveTask live, ProviderChannel channel, SearchKind kind, IReadOnlyList<FoundSubmission> found, long holdLeft)
    {
        var attempt = live.Attempt!;
        var matches = found.Where(row => row.IsMatch).ToList();
        var facts = await parts.Store.FindAdoptionFactsAsync(attempt, [.. matches.Select(row => row.UpstreamId)], CancellationToken.None);
        var free = matches.Where(row => !facts.AdoptedIds.Contains(row.UpstreamId)).ToList();
        if (free is [var only] && (kind == SearchKind.ByToken || !facts.HasRival)) return await AdoptAsync(live, only);
        if (free.Count == 0 && matches.Count == 0 && kind == SearchKind.ByToken) return await AbsentAsync(live, channel);
        return await UnknownAsync(live, holdLeft, free.Count == 0 ? "the upstream's list does not show it"
            : free.Count > 1 ? $"{free.Count} orders in the upstream's list look like it"
            : "another lost order looks the same");
    }

    // Until the answer can no longer come; negative afterwards. Counted from when the call began, where this process made it. A later process
    // has only the wall clock's word for how long it was away: it waits as if the call had ended at its start.
    private async Task<long> AnswerLeftAsync(LiveTask live) => live.SendBy.Left(
        live.Attempt!.SendBy, live.Attempt.SendBy - live.Attempt.StartedAt, await parts.Store.GetTimeAsync(CancellationToken.None), parts.Time, shortest: 0);

    private static SubmissionQuery Query(GenerationTask task, TaskAttempt attempt, ProviderChannel channel) => new(
        ProviderRequests.Build(task.Order, attempt.UpstreamModel, channel.VendorAccount),
        attempt.Token,
        DateTimeOffset.FromUnixTimeMilliseconds(attempt.StartedAt),
        DateTimeOffset.FromUnixTimeMilliseconds(attempt.SendBy));

    private async Task<NextStep> AdoptAsync(LiveTask live, FoundSubmission found)
    {
        var now = parts.Now;
        var attempt = live.Attempt!;
        var reference = found.Reference.GetRawText();
        var outcome = await parts.Writer.ApplyAsync(live, task => SubmissionCall.Accept(task, attempt, found.UpstreamId, reference, now));
        LogAdopted(attempt.TaskId, attempt.Number, found.UpstreamId);
        return outcome == OperationOutcome.UpstreamIdTaken ? NextStep.After(SearchPause) : NextStep.Now;
    }

    private async Task<NextStep> AbsentAsync(LiveTask live, ProviderChannel channel)
    {
        var closed = Endings.Close(live.Attempt!, AttemptOutcome.NotAccepted, parts.Now);
        await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Reconciling
            ? new Change(task with { Phase = TaskPhase.Accepted, OpenAttempt = null }) { Attempt = closed }
            : null);
        if (live.Task.OpenAttempt is null) slots.Release(live);
        return NextStep.Now;
    }

    private async Task<NextStep> UnknownAsync(LiveTask live, long holdLeft, string why)
    {
        if (holdLeft > 0) return NextStep.AfterMilliseconds(Math.Min(holdLeft, HoldPauseMilliseconds));
        var now = parts.Now;
        var attempt = live.Attempt!;
        var closed = Endings.Close(attempt, AttemptOutcome.Unknown, now) with
        {
            ErrorMessage = attempt.ErrorMessage is null ? "The answer was lost, and " + why + "." : $"{attempt.ErrorMessage} — and {why}.",
            PossibleCostMicros = live.Task.PriceMicros,
        };
        await parts.Writer.ApplyAsync(
            live, task => task.Phase == TaskPhase.Reconciling ? Endings.Fail(task, TaskErrors.OutcomeUnknown, now, closed) : null);
        if (live.Task.OpenAttempt is null) slots.Release(live);
        LogUnknown(attempt.TaskId, attempt.Number, why);
        return NextStep.Now;
    }

    [LoggerMessage(2050, LogLevel.Warning, "Task {TaskId}: searching channel {Channel} for a lost submission failed: {Reason}")]
    private partial void LogSearchFailed(string taskId, string channel, string reason);

    [LoggerMessage(2051, LogLevel.Information, "Task {TaskId} attempt {Attempt}: found again as {UpstreamId}.")]
    private partial void LogAdopted(string taskId, int attempt, string upstreamId);

    [LoggerMessage(2052, LogLevel.Warning, "Task {TaskId} attempt {Attempt}: outcome unknown, {Reason}; it is not sent again.")]
    private partial void LogUnknown(string taskId, int attempt, string reason);
}
