using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>Goes on from the answer to a submission that another node made before the task came here. It is used once, and sends nothing.</summary>
internal sealed partial class AnswerStep(EngineParts parts, SlotKeeper slots, ILogger<AnswerStep> logger)
{
    /// <summary>Uses one answer, and removes its row.</summary>
    public async Task RunAsync(LiveTask live, InboxRow row)
    {
        var outcome = AnswerMail.Of(row) is { } answer && live.Attempt is { } attempt && attempt.Number == row.Attempt
            ? await UseAsync(live, attempt, answer, row)
            : null;
        if (outcome == OperationOutcome.Applied) LogUsed(row.TaskId, row.Attempt, live.Task.Phase);

        // What is not this node's any more is left to the next.
        if (outcome is OperationOutcome.Applied or OperationOutcome.NotOwned) return;
        LogUnused(row.TaskId, row.Attempt, live.Task.Phase);
        await parts.Writer.UseMailAsync(live, row);
    }

    private async Task<OperationOutcome?> UseAsync(LiveTask live, TaskAttempt attempt, AnswerMail answer, InboxRow row)
    {
        var now = parts.Now;
        var outcome = await parts.Writer.ApplyAsync(live, task => Decide(task, attempt, answer, now) is { } change ? change with { UsedMail = [row.Id] } : null);
        if (outcome == OperationOutcome.UpstreamIdTaken)
        {
            var taken = new ProviderException(ProviderErrorKind.OutcomeUnknown, $"The upstream answered with the id {answer.UpstreamId}, which another attempt has.");
            outcome = await parts.Writer.ApplyAsync(live, task => IsOpen(task, attempt)
                && SubmissionCall.Refuse(task, attempt, taken, now, costFactor: 1) is { } change ? change with { UsedMail = [row.Id] } : null);
        }

        if (live.Task.OpenAttempt is null) slots.Release(live);
        return outcome;
    }

    private Change? Decide(GenerationTask task, TaskAttempt attempt, AnswerMail answer, long now)
    {
        if (!IsOpen(task, attempt)) return Late(task, attempt, answer);
        if (answer.UpstreamId is { } id) return SubmissionCall.Accept(task, attempt, id, answer.ReferenceJson!, now);
        var factor = AttemptCosts.FactorOf(parts, attempt);
        if (answer.Assets is { } assets) return Endings.Complete(task, attempt, assets, answer.Usage, now, factor);
        return answer.ToException() is { } exception ? SubmissionCall.Refuse(task, attempt, exception, now, factor) : null;
    }

    private static bool IsOpen(GenerationTask task, TaskAttempt attempt) =>
        task.OpenAttempt == attempt.Number && task.Phase is TaskPhase.Submitting or TaskPhase.Reconciling;

    // The task has ended without it: no caller's money moves any more, and the operator learns what the upstream may charge.
    private static Change? Late(GenerationTask task, TaskAttempt attempt, AnswerMail answer)
    {
        if (task.AttemptCount != attempt.Number || attempt is not { EndedAt: not null, UpstreamId: null } || answer.ErrorKind is not null) return null;
        return new Change(task)
        {
            Attempt = attempt with
            {
                UpstreamId = answer.UpstreamId,
                ReferenceJson = answer.ReferenceJson,
                PossibleCostMicros = task.SettledMicros is null ? Math.Max(attempt.PossibleCostMicros, task.PriceMicros) : attempt.PossibleCostMicros,
            },
        };
    }

    [LoggerMessage(2172, LogLevel.Information, "Task {TaskId} attempt {Attempt}: the answer that another node got is used; the task is {Phase}.")]
    private partial void LogUsed(string taskId, int attempt, TaskPhase phase);

    [LoggerMessage(2173, LogLevel.Warning, "Task {TaskId} attempt {Attempt}: the answer that another node got comes too late; the task is {Phase}.")]
    private partial void LogUnused(string taskId, int attempt, TaskPhase phase);
}
