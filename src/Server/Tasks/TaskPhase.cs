namespace Reelay.Server.Tasks;

/// <summary>Where a task stands inside the gateway. Callers see only <c>queued</c>, <c>in_progress</c>, <c>completed</c>, <c>failed</c>.</summary>
public enum TaskPhase
{
    /// <summary>Durable and paid for; waits for a channel.</summary>
    Accepted,

    /// <summary>An attempt is recorded and may have reached the upstream.</summary>
    Submitting,

    /// <summary>The answer to the submission was lost: the truth is being looked for.</summary>
    Reconciling,

    /// <summary>The upstream works on it.</summary>
    Submitted,

    /// <summary>The upstream is done; the result is on its way into our store.</summary>
    Fetching,

    /// <summary>Terminal: the result is stored.</summary>
    Completed,

    /// <summary>Terminal: there is no result.</summary>
    Failed,
}

/// <summary>Which phase may follow which. ARCHITECTURE.md draws the same table and a test compares the two.</summary>
public static class TaskPhases
{
    private static readonly Dictionary<TaskPhase, TaskPhase[]> Table = new()
    {
        [TaskPhase.Accepted] = [TaskPhase.Submitting, TaskPhase.Failed],
        [TaskPhase.Submitting] =
            [TaskPhase.Submitted, TaskPhase.Reconciling, TaskPhase.Accepted, TaskPhase.Completed, TaskPhase.Failed],
        [TaskPhase.Reconciling] = [TaskPhase.Submitted, TaskPhase.Accepted, TaskPhase.Completed, TaskPhase.Failed],
        [TaskPhase.Submitted] = [TaskPhase.Fetching, TaskPhase.Accepted, TaskPhase.Failed],
        [TaskPhase.Fetching] = [TaskPhase.Completed, TaskPhase.Accepted, TaskPhase.Failed],
        [TaskPhase.Completed] = [],
        [TaskPhase.Failed] = [],
    };

    /// <summary>The phases that may follow a phase.</summary>
    public static IReadOnlyList<TaskPhase> Next(TaskPhase phase) => Table[phase];

    /// <summary>Whether a transition is allowed; staying in a phase is, unless it is terminal.</summary>
    public static bool CanFollow(TaskPhase from, TaskPhase to) => from == to ? !from.IsTerminal() : Table[from].Contains(to);

    /// <summary>Whether nothing can follow.</summary>
    public static bool IsTerminal(this TaskPhase phase) => phase is TaskPhase.Completed or TaskPhase.Failed;

    /// <summary>The word kept in the database and shown to operators.</summary>
    public static string ToWord(this TaskPhase phase) => phase switch
    {
        TaskPhase.Accepted => "accepted",
        TaskPhase.Submitting => "submitting",
        TaskPhase.Reconciling => "reconciling",
        TaskPhase.Submitted => "submitted",
        TaskPhase.Fetching => "fetching",
        TaskPhase.Completed => "completed",
        TaskPhase.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "no word for this phase"),
    };

    /// <summary>The phase of a word written by <see cref="ToWord"/>.</summary>
    public static TaskPhase Parse(string word) => Enum.Parse<TaskPhase>(word, ignoreCase: true);
}
