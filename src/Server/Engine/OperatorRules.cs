using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>When operators may do what with a task whose submission was lost: pure.</summary>
internal static class OperatorRules
{
    public const string Adopt = "adopt";
    public const string MarkLost = "mark_lost";
    public const string Resubmit = "resubmit";

    /// <summary>Why an action cannot be done now, or null.</summary>
    /// <param name="task">The task.</param>
    /// <param name="attempt">Its last attempt.</param>
    public static (string Code, string Message)? Refusal(GenerationTask task, TaskAttempt? attempt)
    {
        if (attempt is not null && (task.Phase == TaskPhase.Reconciling || IsUnknown(task, attempt))) return null;
        var failed = task.Error is { } error ? $" with {error.Code}" : "";
        return ("wrong_phase", $"The task is {task.Phase.ToWord()}{failed}. adopt, mark-lost and resubmit are for tasks that are reconciling, "
            + $"or have failed with {TaskErrors.OutcomeUnknown.Code}; nothing else is allowed here.");
    }

    /// <summary>Whether a task has ended because nobody could tell what became of its submission.</summary>
    public static bool IsUnknown(GenerationTask task, TaskAttempt attempt) =>
        task.Phase == TaskPhase.Failed && task.Error?.Code == TaskErrors.OutcomeUnknown.Code && attempt.Outcome == AttemptOutcome.Unknown;
}
