using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>How tasks and attempts end: pure functions from one row to the next.</summary>
internal static class Endings
{
    /// <summary>A task fails and its caller pays nothing.</summary>
    public static Change Fail(GenerationTask task, TaskError error, long now, TaskAttempt? closed = null) => new(
        task with
        {
            Phase = TaskPhase.Failed,
            Error = error,
            FinishedAt = now,
            OpenAttempt = closed is null ? task.OpenAttempt : null,
        })
    {
        Attempt = closed,
        Money = MoneyMove.Release,
    };

    /// <summary>A task fails and its caller pays by a rule (a charged refusal, a cancel that comes too late).</summary>
    public static Change FailCharged(GenerationTask task, TaskError error, long now, TaskAttempt? closed = null)
    {
        var change = Fail(task, error, now, closed);
        return change with
        {
            After = change.After with { SettledMicros = task.PriceMicros, SettlementBasis = "rule" },
            Money = MoneyMove.Settle(task.PriceMicros),
        };
    }

    /// <summary>A task fails, and whether its caller pays follows from whether the upstream charges.</summary>
    public static Change FailBy(FailureCharge charge, GenerationTask task, TaskError error, long now, TaskAttempt closed) =>
        charge == FailureCharge.Full ? FailCharged(task, error, now, closed) : Fail(task, error, now, closed);

    /// <summary>A task is done: its files are stored and measured, its price settled on what was delivered.</summary>
    public static Change Complete(
        GenerationTask task, TaskAttempt attempt, IReadOnlyList<TaskAsset> assets, Usage? usage, long now, double costFactor = 1)
    {
        var (micros, basis) = Settlement.For(task, assets, usage);
        return new(task with
        {
            Phase = TaskPhase.Completed,
            HasStarted = true,
            Progress = 100,
            OpenAttempt = null,
            FinishedAt = now,
            SettledMicros = micros,
            SettlementBasis = basis,
            Usage = usage,
        })
        {
            Attempt = AttemptCosts.Delivered(Close(attempt, AttemptOutcome.Completed, now), task, costFactor, assets, usage),
            Money = MoneyMove.Settle(micros, Settlement.SecondsOf(task, assets)),
            Assets = assets,
        };
    }

    /// <summary>An attempt with its end.</summary>
    public static TaskAttempt Close(TaskAttempt attempt, AttemptOutcome outcome, long now, ProviderException? why = null) => attempt with
    {
        EndedAt = now,
        Outcome = outcome,
        ErrorKind = why?.Kind.ToString() ?? attempt.ErrorKind,
        ErrorMessage = why?.Message ?? attempt.ErrorMessage,
        ErrorRaw = why?.RawBody ?? attempt.ErrorRaw,

        // What delivered and what is charged all the same gets its cost from AttemptCosts; what nobody knows the end of has none.
        CostMicros = outcome is AttemptOutcome.Unknown or AttemptOutcome.Abandoned ? null : 0,
        CostBasis = outcome is AttemptOutcome.Unknown or AttemptOutcome.Abandoned ? null : "none",
    };
}
