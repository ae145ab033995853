using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>When operators may do what with a task whose submission was lost: pure.</summary>
internal static class OperatorRules
{
    public const string Adopt = "adopt";
    public const string MarkLost = "mark_lost";
    public const string Resubmit = "resubmit";

    /// <summary>Why an action cannot be done now, or null.</summary>
    /// <param name="action">One of the three.</param>
    /// <param name="task">The task.</param>
    /// <param name="attempt">The attempt it is about: the last, or the one that the operator named.</param>
    public static (string Code, string Message)? Refusal(string action, GenerationTask task, TaskAttempt? attempt)
    {
        if (action == Resubmit && task.Order.IsForgotten == true)
            return ("order_forgotten", "The words or the input files of this order were removed after their period; it cannot be made again.");
        if (attempt is not null && (IsLookedFor(task, attempt) || (action == Resubmit ? IsUnknown(task, attempt) : IsLost(task, attempt)))) return null;
        var failed = task.Error is { } error ? $" with {error.Code}" : "";
        return ("wrong_phase", $"The task is {task.Phase.ToWord()}{failed}. adopt, mark-lost and resubmit are for tasks that are reconciling, "
            + $"or have failed with {TaskErrors.OutcomeUnknown.Code}; adopt and mark-lost also for an attempt that is named and whose outcome is unknown.");
    }

    /// <summary>Whether the attempt is being looked for.</summary>
    public static bool IsLookedFor(GenerationTask task, TaskAttempt attempt) => task.Phase == TaskPhase.Reconciling && task.OpenAttempt == attempt.Number;

    /// <summary>Whether nobody could tell what became of an attempt, whatever the task has come to since.</summary>
    public static bool IsLost(GenerationTask task, TaskAttempt attempt) => attempt.Outcome == AttemptOutcome.Unknown && task.OpenAttempt != attempt.Number;

    /// <summary>Whether a task has ended because nobody could tell what became of its submission.</summary>
    public static bool IsUnknown(GenerationTask task, TaskAttempt attempt) =>
        task.Phase == TaskPhase.Failed && task.Error?.Code == TaskErrors.OutcomeUnknown.Code && attempt.Outcome == AttemptOutcome.Unknown;
}
