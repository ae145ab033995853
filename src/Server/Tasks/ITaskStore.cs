namespace Reelay.Server.Tasks;

/// <summary>The system of record. Both implementations, SQLite and PostgreSQL, keep every sentence here.</summary>
/// <remarks>
/// Writes go in batches: a batch is one transaction, holds at most one operation per task, and answers one result per operation in order.
/// A precondition that does not hold is a result; an exception means that nothing of the batch was written, unless it is
/// <see cref="CommitOutcomeUnknownException"/>. Locks are taken in the order shards, accounts, channels, tasks, each by id.
/// </remarks>
public interface ITaskStore : ITaskInbox
{
    /// <summary>The store's clock, Unix milliseconds. Leases and <see cref="TaskAttempt.SendBy"/> are in this time.</summary>
    ValueTask<long> GetTimeAsync(CancellationToken cancellationToken);

    /// <summary>Writes a batch in one transaction.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was begun: the store is locked or away.</exception>
    /// <exception cref="CommitOutcomeUnknownException">The commit itself failed: nobody knows whether the batch was written.</exception>
    Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken);

    /// <summary>After a commit of unknown outcome: what became of one operation, from what is in the store now.</summary>
    /// <returns>Its result if it was written or can no longer be; null if it was not written and may be tried again.</returns>
    Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken);

    /// <summary>One task with all its attempts, assets and fetched inputs, or null. Deleted tasks too.</summary>
    Task<TaskDetail?> FindAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>The same, if it is this account's. Another account's is answered by the same reads as an id that never was.</summary>
    Task<TaskDetail?> FindOwnAsync(string taskId, string accountId, CancellationToken cancellationToken);

    /// <summary>One task as its callers see it: its row, and its files once it has ended. Deleted tasks too.</summary>
    /// <param name="accountId">Whose it must be, answered as <see cref="FindOwnAsync"/> does; null for any.</param>
    Task<TaskView?> ViewAsync(string taskId, string? accountId, CancellationToken cancellationToken);

    /// <summary>The shards that have live tasks, whoever owns them.</summary>
    Task<IReadOnlyList<int>> ListLiveShardsAsync(CancellationToken cancellationToken);

    /// <summary>The live tasks of a shard, each with its open attempt if it has one and its fetched inputs, in id order.</summary>
    /// <param name="afterId">Return only ids above this one; null for the first page.</param>
    Task<IReadOnlyList<LiveRow>> LoadLiveAsync(int shard, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>Live tasks in the node's shards that carry a cancel or a delete, with their versions.</summary>
    Task<IReadOnlyList<TaskVersion>> ListIntentsAsync(string nodeId, int limit, CancellationToken cancellationToken);

    /// <summary>A page of tasks, by id in the asked direction.</summary>
    Task<IReadOnlyList<GenerationTask>> ListAsync(TaskListQuery query, CancellationToken cancellationToken);

    /// <summary>What else could be the submission that an attempt lost.</summary>
    /// <param name="attempt">An attempt without upstream id.</param>
    /// <param name="upstreamIds">Candidates found upstream.</param>
    Task<AdoptionFacts> FindAdoptionFactsAsync(
        TaskAttempt attempt, IReadOnlyList<string> upstreamIds, CancellationToken cancellationToken);

    /// <summary>What an idempotency key stands for: the same answers as a create with it would get, without one.</summary>
    /// <returns><see cref="OperationOutcome.Replayed"/> or <see cref="OperationOutcome.IdempotencyKeyReused"/>; null if the key is free.</returns>
    Task<OperationResult?> FindIdempotentAsync(string accountId, IdempotencyClaim claim, CancellationToken cancellationToken);

    /// <summary>What is kept of recent orders and refusals, for a server that starts. The refusals are forgotten by it.</summary>
    /// <param name="since">Only of this moment and later, Unix milliseconds.</param>
    Task<IntentMemory> LoadIntentsAsync(long since, CancellationToken cancellationToken);

    /// <summary>Forgets expired idempotency keys, and intents from before a moment; at most 1,000 of each.</summary>
    /// <returns>How many rows went.</returns>
    Task<int> ForgetIntentsAsync(long now, long before, CancellationToken cancellationToken);

    /// <summary>Terminal tasks without an open attempt whose files should be gone (deleted, or expired at the given time).</summary>
    Task<IReadOnlyList<string>> ListDiscardableAsync(long now, int limit, CancellationToken cancellationToken);
}

/// <summary>A shard this node owns.</summary>
/// <param name="Shard">0 to 255.</param>
/// <param name="Epoch">Grows with every change of owner; part of every fence.</param>
public readonly record struct OwnedShard(int Shard, long Epoch);

/// <summary>Which row of a task is the newest.</summary>
public readonly record struct TaskVersion(string Id, long Version);

/// <summary>A task and the attempt that is open, if there is one.</summary>
public sealed record LiveRow(GenerationTask Task, TaskAttempt? Attempt)
{
    /// <summary>What was fetched for its links, by position.</summary>
    public IReadOnlyList<TaskInput> Inputs { get; init; } = [];
}

/// <summary>A task and its files.</summary>
public sealed record TaskView(GenerationTask Task, IReadOnlyList<TaskAsset> Assets);

/// <summary>A task with everything that belongs to it.</summary>
public sealed record TaskDetail(GenerationTask Task, IReadOnlyList<TaskAttempt> Attempts, IReadOnlyList<TaskAsset> Assets)
{
    /// <summary>What was fetched for its links, by position.</summary>
    public IReadOnlyList<TaskInput> Inputs { get; init; } = [];
}

/// <summary>Which tasks to list.</summary>
public sealed record TaskListQuery
{
    /// <summary>Only this account's, or null for all (operators).</summary>
    public string? AccountId { get; init; }

    /// <summary>Only those with this caller's id.</summary>
    public string? ExternalTaskId { get; init; }

    /// <summary>Only those ordered for this end user of the caller.</summary>
    public string? EndUser { get; init; }

    /// <summary>Only those in this phase.</summary>
    public TaskPhase? Phase { get; init; }

    /// <summary>Begin after this id.</summary>
    public string? AfterId { get; init; }

    /// <summary>Newest first, else oldest first.</summary>
    public bool IsDescending { get; init; } = true;

    /// <summary>Whether deleted ones are listed.</summary>
    public bool IncludesDeleted { get; init; }

    /// <summary>Most rows, 0 to 1,000.</summary>
    public int Limit { get; init; } = 20;
}

/// <summary>What stands against adopting a candidate.</summary>
/// <param name="AdoptedIds">Candidates that belong to another attempt already.</param>
/// <param name="HasRival">Whether another attempt without upstream id has the same fingerprint and could own the candidate as well.</param>
public sealed record AdoptionFacts(IReadOnlySet<string> AdoptedIds, bool HasRival);

/// <summary>A commit failed in a way that leaves open whether it took effect.</summary>
public sealed class CommitOutcomeUnknownException(string message, Exception inner) : Exception(message, inner);
