using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Simulation.World;

namespace Reelay.Tests.Support;

/// <summary>One database for several nodes of one process, with timed leases in its own rows: the fence of each write is the real one.</summary>
internal sealed class SharedLeases(SqliteDatabase database, TimeProvider time, TimeSpan leaseTime) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteTaskStore _tasks = new(database, time);
    private readonly SqliteLeaseStore _leases = new(database, time, leaseTime);

    public ITaskStore Tasks => _tasks;

    public ILeaseStore Leases => _leases;

    /// <summary>The store as one node sees it.</summary>
    public NodeWay Way() => new(_tasks, _leases, _gate);

    public void Dispose() => _tasks.Dispose();
}

/// <summary>A node's way to the store, which a test can cut or hold.</summary>
internal sealed class NodeWay
{
    private readonly Lock _gate;

    /// <param name="tasks">The store of all nodes.</param>
    /// <param name="leases">Their leases.</param>
    /// <param name="gate">Held during each call: one connection writes for all.</param>
    public NodeWay(ITaskStore tasks, ILeaseStore leases, Lock gate)
    {
        _gate = gate;
        Tasks = new NodeTasks(tasks, this);
        Leases = new NodeLeases(leases, this);
    }

    public ITaskStore Tasks { get; }

    public ILeaseStore Leases { get; }

    /// <summary>Whether every call fails.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether the node cannot learn which shards have tasks.</summary>
    public bool HidesLiveShards { get; set; }

    /// <summary>Kept back until the task completes: the moment before a submission at which the node asks for the time.</summary>
    public Task? Held { get; set; }

    /// <summary>Writes of tasks that were refused since the shard is another node's.</summary>
    public int RefusedCount;

    /// <summary>Writes of tasks that were made.</summary>
    public int AppliedCount;

    /// <summary>Answers that were left to other nodes.</summary>
    public int PostedCount;

    private T Pass<T>(Func<T> call)
    {
        if (IsCut) throw new StoreUnavailableException("The network is away.", null);
        lock (_gate) return call();
    }

    private sealed class NodeTasks(ITaskStore store, NodeWay way) : PassingTaskStore(store)
    {
        public override ValueTask<long> GetTimeAsync(CancellationToken cancellationToken) =>
            way is { Held: { } held, IsCut: false } ? new ValueTask<long>(LaterAsync(held)) : base.GetTimeAsync(cancellationToken);

        public override Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
        {
            var committed = base.CommitAsync(batch, cancellationToken);
            Count(batch, committed.Result);
            return committed;
        }

        public override Task<IReadOnlyList<int>> ListLiveShardsAsync(CancellationToken cancellationToken) => way.HidesLiveShards
            ? throw new StoreUnavailableException("The answer was lost.", null)
            : base.ListLiveShardsAsync(cancellationToken);

        protected override T Ask<T>(Func<ITaskStore, T> call) => way.Pass(() => base.Ask(call));

        private async Task<long> LaterAsync(Task held)
        {
            await held;
            return await base.Ask(store => store.GetTimeAsync(CancellationToken.None));
        }

        private void Count(IReadOnlyList<StoreOperation> batch, IReadOnlyList<OperationResult> results)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i] is StoreOperation.Post { Row.Kind: InboxRow.Answer }) Interlocked.Increment(ref way.PostedCount);
                if (batch[i] is not StoreOperation.Transition) continue;
                if (results[i].Outcome == OperationOutcome.NotOwned) Interlocked.Increment(ref way.RefusedCount);
                if (results[i].IsApplied) Interlocked.Increment(ref way.AppliedCount);
            }
        }
    }

    private sealed class NodeLeases(ILeaseStore store, NodeWay way) : ILeaseStore
    {
        public TimeSpan? LeaseTime => store.LeaseTime;

        public Task<LeaseView> JoinAsync(NodeReport node, CancellationToken ct) => way.Pass(() => store.JoinAsync(node, ct));

        public Task<LeaseView> RenewAsync(NodeReport node, CancellationToken ct) => way.Pass(() => store.RenewAsync(node, ct));

        public Task<IReadOnlyList<OwnedShard>> ClaimAsync(string nodeId, int most, CancellationToken ct) => way.Pass(() => store.ClaimAsync(nodeId, most, ct));

        public Task ReleaseAsync(string nodeId, IReadOnlyList<OwnedShard> shards, CancellationToken ct) => way.Pass(() => store.ReleaseAsync(nodeId, shards, ct));

        public Task LeaveAsync(string nodeId, CancellationToken ct) => way.Pass(() => store.LeaveAsync(nodeId, ct));

        public Task<IReadOnlyList<NodeRow>> ListNodesAsync(CancellationToken ct) => way.Pass(() => store.ListNodesAsync(ct));
    }
}
