using System.Reflection;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Support;

/// <summary>A store that writes, and whose answer to the commit, and to the question that follows it, is lost.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class LossyStore : DispatchProxy
#pragma warning restore CA1852
{
    private readonly HashSet<StoreOperation> _lost = new(ReferenceEqualityComparer.Instance);
    private ITaskStore? _store;

    /// <summary>Of which operations the answer is lost, once for each; none at first.</summary>
    public Func<StoreOperation, bool> Loses { get; set; } = _ => false;

    /// <summary>Waited for between the reading of a shard's rows and their use.</summary>
    public Func<Task> AfterLoad { get; set; } = () => Task.CompletedTask;

    /// <summary>How many were lost.</summary>
    public int LostCount => _lost.Count;

    public static (ITaskStore Store, LossyStore Control) Around(ITaskStore store)
    {
        var made = Create<ITaskStore, LossyStore>();
        var control = (LossyStore)(object)made;
        control._store = store;
        return (made, control);
    }

    protected override object? Invoke(MethodInfo? method, object?[]? arguments) => (method!.Name, arguments![0]) switch
    {
        (nameof(ITaskStore.CommitAsync), IReadOnlyList<StoreOperation> batch) => CommitAsync(batch),
        (nameof(ITaskStore.ReadBackAsync), StoreOperation operation) when _lost.Contains(operation) =>
            Task.FromException<OperationResult?>(new StoreUnavailableException("Nobody knows.", null)),
        (nameof(ITaskStore.LoadLiveAsync), _) => LoadAsync((Task<IReadOnlyList<LiveRow>>)Ask(method, arguments)!),
        _ => Ask(method, arguments),
    };

    private object? Ask(MethodInfo method, object?[] arguments) => method.Invoke(_store, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private async Task<IReadOnlyList<LiveRow>> LoadAsync(Task<IReadOnlyList<LiveRow>> reading)
    {
        var rows = await reading;
        await AfterLoad();
        return rows;
    }

    private async Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch)
    {
        var results = await _store!.CommitAsync(batch, CancellationToken.None);
        var lost = batch.Where(operation => !_lost.Contains(operation) && Loses(operation)).ToList();
        _lost.UnionWith(lost);
        return lost.Count == 0 ? results : throw new CommitOutcomeUnknownException("The answer was lost.", new IOException());
    }
}
