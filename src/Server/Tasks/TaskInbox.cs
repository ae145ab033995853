namespace Reelay.Server.Tasks;

/// <summary>What waits for the owners of tasks, and what operators have done to tasks. Written by operations of a batch, read here.</summary>
public interface ITaskInbox
{
    /// <summary>Tasks in the node's shards that have mail, finished ones too.</summary>
    Task<IReadOnlyList<string>> ListTasksWithMailAsync(string nodeId, int limit, CancellationToken cancellationToken);

    /// <summary>A task's mail, oldest first; at most <see cref="InboxRow.MaxPerTask"/> rows and as many of operators.</summary>
    Task<IReadOnlyList<InboxRow>> ReadInboxAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>What operators did to a task, oldest first; at most 1,000 rows.</summary>
    Task<IReadOnlyList<TaskAction>> ListActionsAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>One action, or null while its task's owner has not looked at it.</summary>
    Task<TaskAction?> FindActionAsync(string actionId, CancellationToken cancellationToken);
}

/// <summary>Mail for a task's owner: a row of <c>task_inbox</c>. It is removed once it was used.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Attempt">The attempt it is about.</param>
/// <param name="Kind">One of the constants of this type.</param>
/// <param name="Dedupe">Equal for equal mail about one attempt: the second is not stored.</param>
/// <param name="Body">JSON, by kind.</param>
/// <param name="CreatedAt">When it came, Unix milliseconds.</param>
public sealed record InboxRow(string TaskId, int Attempt, string Kind, string Dedupe, string Body, long CreatedAt)
{
    /// <summary>An upstream's callback.</summary>
    public const string Callback = "callback";

    /// <summary>An operator's wish.</summary>
    public const string Operator = "operator";

    /// <summary>The answer to a submission of a node that lost the task while its call was under way.</summary>
    public const string Answer = "answer";

    /// <summary>Most rows of one kind that may wait for one task.</summary>
    public const int MaxPerTask = 32;

    /// <summary>Its place in the table; set by the store.</summary>
    public long Id { get; init; }
}

/// <summary>What an operator did to a task, or was refused: a row of <c>task_actions</c>. Times are Unix milliseconds.</summary>
public sealed record TaskAction
{
    /// <summary>Its id, given when it was asked for.</summary>
    public required string Id { get; init; }

    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>The attempt it was about.</summary>
    public required int Attempt { get; init; }

    /// <summary>The key it was asked with.</summary>
    public required string KeyId { get; init; }

    /// <summary><c>adopt</c>, <c>mark_lost</c> or <c>resubmit</c>.</summary>
    public required string Action { get; init; }

    /// <summary>When it was asked for.</summary>
    public required long AskedAt { get; init; }

    /// <summary>When the owner carried it out or refused it.</summary>
    public required long DoneAt { get; init; }

    /// <summary>Stable code of the refusal, or null if it was carried out.</summary>
    public string? RefusalCode { get; init; }

    /// <summary>Why it was refused, or null.</summary>
    public string? RefusalMessage { get; init; }

    /// <summary>The task that was made by it, or null.</summary>
    public string? NewTaskId { get; init; }

    /// <summary>Task and attempt before, as JSON.</summary>
    public required string BeforeJson { get; init; }

    /// <summary>Task and attempt after, as JSON.</summary>
    public required string AfterJson { get; init; }
}
