using System.Collections.Concurrent;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>How many tasks wait for a channel on this node: the bound behind <c>queue_full</c>.</summary>
internal sealed class WaitingCounts(EngineOptions options)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, int> _byAccount = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>Tasks waiting in all.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <summary>Whether an account may order more.</summary>
    public bool HasRoom(string accountId) =>
        Total < options.MaxWaiting && _byAccount.GetValueOrDefault(accountId) < options.MaxWaitingPerAccount;

    /// <summary>Counts a task that is about to be made, unless there is no room: of any number at once no more get in than may.</summary>
    public bool TryAdd(string accountId)
    {
        lock (_gate)
        {
            if (!HasRoom(accountId)) return false;
            Interlocked.Increment(ref _total);
            _byAccount.AddOrUpdate(accountId, 1, static (_, count) => count + 1);
            return true;
        }
    }

    public void Add(GenerationTask task)
    {
        Interlocked.Increment(ref _total);
        _byAccount.AddOrUpdate(task.AccountId, 1, static (_, count) => count + 1);
    }

    public void Remove(GenerationTask task) => Remove(task.AccountId);

    /// <summary>One that was counted was not made.</summary>
    public void Remove(string accountId)
    {
        Interlocked.Decrement(ref _total);
        if (_byAccount.AddOrUpdate(accountId, 0, static (_, count) => count - 1) == 0) _byAccount.TryRemove(new(accountId, 0));
    }
}
