using Reelay.Server.Tasks;
using Reelay.Simulation.World;

namespace Reelay.Tests.Support;

/// <summary>A store that writes, and whose answer to the commit, and to the question that follows it, is lost.</summary>
internal sealed class LossyStore(ITaskStore store) : PassingTaskStore(store)
{
    private readonly HashSet<StoreOperation> _lost = new(ReferenceEqualityComparer.Instance);

    /// <summary>Of which operations the answer is lost, once for each; none at first.</summary>
    public Func<StoreOperation, bool> Loses { get; set; } = _ => false;

    /// <summary>Waited for between the reading of a shard's rows and their use.</summary>
    public Func<Task> AfterLoad { get; set; } = () => Task.CompletedTask;

    /// <summary>How many were lost.</summary>
    public int LostCount => _lost.Count;

    public override async Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        var results = await base.CommitAsync(batch, CancellationToken.None);
        var lost = batch.Where(operation => !_lost.Contains(operation) && Loses(operation)).ToList();
        _lost.UnionWith(lost);
        return lost.Count == 0 ? results : throw new CommitOutcomeUnknownException("The answer was lost.", new IOException());
    }

    public override Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken) => _lost.Contains(operation)
        ? Task.FromException<OperationResult?>(new StoreUnavailableException("Nobody knows.", null))
        : base.ReadBackAsync(operation, cancellationToken);

    public override async Task<IReadOnlyList<LiveRow>> LoadLiveAsync(int shard, string? afterId, int limit, CancellationToken cancellationToken)
    {
        var rows = await base.LoadLiveAsync(shard, afterId, limit, cancellationToken);
        await AfterLoad();
        return rows;
    }
}
