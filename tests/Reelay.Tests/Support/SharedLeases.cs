using System.Reflection;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;

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
    public NodeWay Way()
    {
        var tasks = DispatchProxy.Create<ITaskStore, NodeStore>();
        var leases = DispatchProxy.Create<ILeaseStore, NodeStore>();
        var way = new NodeWay(tasks, leases);
        ((NodeStore)(object)tasks).Set(_tasks, way, _gate);
        ((NodeStore)(object)leases).Set(_leases, way, _gate);
        return way;
    }

    public void Dispose() => _tasks.Dispose();
}

/// <summary>A node's way to the store, which a test can cut or hold.</summary>
internal sealed class NodeWay(ITaskStore tasks, ILeaseStore leases)
{
    public ITaskStore Tasks => tasks;

    public ILeaseStore Leases => leases;

    /// <summary>Whether every call fails.</summary>
    public bool IsCut { get; set; }

    /// <summary>Kept back until the task completes: the moment before a submission at which the node asks for the time.</summary>
    public Task? Held { get; set; }

    /// <summary>Writes of tasks that were refused since the shard is another node's.</summary>
    public int RefusedCount;

    /// <summary>Writes of tasks that were made.</summary>
    public int AppliedCount;

    /// <summary>Answers that were left to other nodes.</summary>
    public int PostedCount;
}

/// <summary>The proxy behind a <see cref="NodeWay"/>.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class NodeStore : DispatchProxy
#pragma warning restore CA1852
{
    private object? _store;
    private NodeWay? _way;
    private Lock? _gate;

    public void Set(object store, NodeWay way, Lock gate) => (_store, _way, _gate) = (store, way, gate);

    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        if (_way!.IsCut && !method!.IsSpecialName) throw new StoreUnavailableException("The network is away.", null);
        if (method!.Name == nameof(ITaskStore.GetTimeAsync) && _way.Held is { } held) return new ValueTask<long>(LaterAsync(held));
        try
        {
            // One connection writes for all.
            lock (_gate!)
            {
                var result = method.Invoke(_store, arguments);
                if (method.Name == nameof(ITaskStore.CommitAsync)) Count((IReadOnlyList<StoreOperation>)arguments![0]!, ((Task<IReadOnlyList<OperationResult>>)result!).Result);
                return result;
            }
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private async Task<long> LaterAsync(Task held)
    {
        await held;
        return await ((ITaskStore)_store!).GetTimeAsync(CancellationToken.None);
    }

    private void Count(IReadOnlyList<StoreOperation> batch, IReadOnlyList<OperationResult> results)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i] is StoreOperation.Post { Row.Kind: InboxRow.Answer }) Interlocked.Increment(ref _way!.PostedCount);
            if (batch[i] is not StoreOperation.Transition) continue;
            if (results[i].Outcome == OperationOutcome.NotOwned) Interlocked.Increment(ref _way!.RefusedCount);
            if (results[i].IsApplied) Interlocked.Increment(ref _way!.AppliedCount);
        }
    }
}
