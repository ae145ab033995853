using Reelay.Server.Tasks;

namespace Reelay.Simulation.World;

/// <summary>A store that hands every call on to another one; what shall go otherwise is overridden.</summary>
public abstract class PassingTaskStore(ITaskStore store) : ITaskStore
{
    public virtual ValueTask<long> GetTimeAsync(CancellationToken cancellationToken) => Ask(next => next.GetTimeAsync(cancellationToken));

    public virtual Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken) =>
        Ask(next => next.CommitAsync(batch, cancellationToken));

    public virtual Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken) =>
        Ask(next => next.ReadBackAsync(operation, cancellationToken));

    public Task<TaskDetail?> FindAsync(string taskId, CancellationToken cancellationToken) => Ask(next => next.FindAsync(taskId, cancellationToken));

    public Task<TaskDetail?> FindOwnAsync(string taskId, string accountId, CancellationToken cancellationToken) =>
        Ask(next => next.FindOwnAsync(taskId, accountId, cancellationToken));

    public Task<TaskView?> ViewAsync(string taskId, string? accountId, CancellationToken cancellationToken) =>
        Ask(next => next.ViewAsync(taskId, accountId, cancellationToken));

    public virtual Task<IReadOnlyList<int>> ListLiveShardsAsync(CancellationToken cancellationToken) => Ask(next => next.ListLiveShardsAsync(cancellationToken));

    public virtual Task<IReadOnlyList<LiveRow>> LoadLiveAsync(int shard, string? afterId, int limit, CancellationToken cancellationToken) =>
        Ask(next => next.LoadLiveAsync(shard, afterId, limit, cancellationToken));

    public Task<IReadOnlyList<TaskVersion>> ListIntentsAsync(string nodeId, int limit, CancellationToken cancellationToken) =>
        Ask(next => next.ListIntentsAsync(nodeId, limit, cancellationToken));

    public Task<IReadOnlyList<GenerationTask>> ListAsync(TaskListQuery query, CancellationToken cancellationToken) =>
        Ask(next => next.ListAsync(query, cancellationToken));

    public Task<AdoptionFacts> FindAdoptionFactsAsync(TaskAttempt attempt, IReadOnlyList<string> upstreamIds, CancellationToken cancellationToken) =>
        Ask(next => next.FindAdoptionFactsAsync(attempt, upstreamIds, cancellationToken));

    public Task<OperationResult?> FindIdempotentAsync(string accountId, IdempotencyClaim claim, CancellationToken cancellationToken) =>
        Ask(next => next.FindIdempotentAsync(accountId, claim, cancellationToken));

    public Task<IntentMemory> LoadIntentsAsync(long since, CancellationToken cancellationToken) => Ask(next => next.LoadIntentsAsync(since, cancellationToken));

    public Task<int> ForgetIntentsAsync(long now, long before, CancellationToken cancellationToken) =>
        Ask(next => next.ForgetIntentsAsync(now, before, cancellationToken));

    public Task<IReadOnlyList<string>> ListDiscardableAsync(long now, int limit, CancellationToken cancellationToken) =>
        Ask(next => next.ListDiscardableAsync(now, limit, cancellationToken));

    public Task<IReadOnlyList<string>> ListTasksWithMailAsync(string nodeId, int limit, CancellationToken cancellationToken) =>
        Ask(next => next.ListTasksWithMailAsync(nodeId, limit, cancellationToken));

    public Task<IReadOnlyList<InboxRow>> ReadInboxAsync(string taskId, CancellationToken cancellationToken) =>
        Ask(next => next.ReadInboxAsync(taskId, cancellationToken));

    public Task<IReadOnlyList<TaskAction>> ListActionsAsync(string taskId, CancellationToken cancellationToken) =>
        Ask(next => next.ListActionsAsync(taskId, cancellationToken));

    public Task<TaskAction?> FindActionAsync(string actionId, CancellationToken cancellationToken) =>
        Ask(next => next.FindActionAsync(actionId, cancellationToken));

    /// <summary>Every call that is not overridden goes through here.</summary>
    protected virtual T Ask<T>(Func<ITaskStore, T> call) => call(store);
}
