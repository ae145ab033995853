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
        GenerationTask task, TaskAttempt attempt, IReadOnlyList<TaskAsset> assets, Usage? usage, long now)
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
            Attempt = Close(attempt, AttemptOutcome.Completed, now),
            Money = MoneyMove.Settle(micros),
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
    };
}

/// <summary>What a finished task costs: what was delivered, never more than was reserved.</summary>
internal static class Settlement
{
    /// <summary>The amount and what it rests on.</summary>
    public static (long Micros, string Basis) For(GenerationTask task, IReadOnlyList<TaskAsset> assets, Usage? usage)
    {
        // Pictures and calls are sold by the piece, an extension by what it adds, of which the finished file does not tell.
        if (Ordered(task) <= 0 || task.Order.Mode == "extend") return (task.PriceMicros, "requested");
        if (assets is [{ DurationMilliseconds: { } milliseconds }, ..]) return (Part(task, milliseconds / 1000m), "measured");
        return usage?.Seconds is { } seconds ? (Part(task, seconds), "reported") : (task.PriceMicros, "requested");
    }

    // Whole seconds are sold, so a clip of 4.04 s counts as 4; a fraction of a micro-dollar is rounded up.
    private static long Part(GenerationTask task, decimal delivered)
    {
        var ordered = Ordered(task);
        var seconds = (int)Math.Clamp(Math.Round(delivered, MidpointRounding.AwayFromZero), 1, ordered);
        return (long)((((Int128)task.PriceMicros * seconds) + ordered - 1) / ordered);
    }

    private static int Ordered(GenerationTask task) => task.Order.BilledSeconds ?? task.Order.Seconds;
}
