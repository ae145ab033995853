using System.Collections.Concurrent;

namespace Reelay.Server.Accounts;

/// <summary>Finds accounts for questions that may be answered up to five seconds late: limits, groups, retention. Never for a balance.</summary>
internal sealed class AccountBook(IAccountStore store, TimeProvider time, Storage.ClusterSignals? signals = null)
{
    private const int MaxCachedAccounts = 100_000;
    private static readonly TimeSpan CacheLife = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Cached> _cache = new(StringComparer.Ordinal);

    /// <summary>The account, or null if there is none.</summary>
    public Account? Find(string id)
    {
        if (_cache.TryGetValue(id, out var cached) && time.GetElapsedTime(cached.LoadedAt) < CacheLife) return cached.Account;
        if (store.Find(id) is not { } account)
        {
            _cache.TryRemove(id, out _);
            return null;
        }

        if (_cache.Count >= MaxCachedAccounts) _cache.Clear();
        _cache[id] = new Cached(account, time.GetTimestamp());
        return account;
    }

    /// <summary>Has the next question answered from the store: the account was changed here.</summary>
    public void Forget(string id)
    {
        Drop(id);
        signals?.Tell(Storage.Signal.Account, id);
    }

    /// <summary>The same, because another node has changed it.</summary>
    public void Drop(string id) => _cache.TryRemove(id, out _);

    private readonly record struct Cached(Account Account, long LoadedAt);
}
