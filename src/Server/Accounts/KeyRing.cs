using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Reelay.Server.Tasks;

namespace Reelay.Server.Accounts;

/// <summary>Finds the key of a secret: from memory for at most five seconds, else from the store. Unknown secrets are not remembered.</summary>
internal sealed class KeyRing(IKeyStore store, KeyUses uses, TimeProvider time, Randomness randomness, Storage.ClusterSignals? signals = null)
{
    private const int MaxCachedKeys = 100_000;
    private static readonly TimeSpan CacheLife = TimeSpan.FromSeconds(5);

    // By half of the secret's SHA-256: no secret stays in memory, no comparison tells anything about one by its timing, and whoever could
    // make two of them collide here would have to break 128 bits.
    private readonly ConcurrentDictionary<UInt128, Cached> _cache = new();

    /// <summary>The key, or null if the secret is unknown, replaced or revoked. Whether the key may be used is not said.</summary>
    public ApiKey? Find(ReadOnlySpan<char> secret)
    {
        if (secret.IsEmpty || secret.Length > KeySecrets.MaxLength) return null;
        Span<byte> hash = stackalloc byte[KeySecrets.HashLength];
        KeySecrets.Hash(secret, hash);
        var slot = MemoryMarshal.Read<UInt128>(hash);
        var now = Now;
        if (_cache.TryGetValue(slot, out var cached) && time.GetElapsedTime(cached.LoadedAt) < CacheLife && !(cached.ValidUntil <= now))
        {
            cached.Use.Note(now);
            return cached.Key;
        }

        if (store.FindByHash(hash.ToArray(), now) is not { } found)
        {
            _cache.TryRemove(slot, out _);
            return null;
        }

        if (_cache.Count >= MaxCachedKeys) _cache.Clear();
        var use = uses.Of(found.Key.Id);
        use.Note(now);
        _cache[slot] = new Cached(found.Key, found.ValidUntil, time.GetTimestamp(), use);
        return found.Key;
    }

    /// <summary>A new secret that belongs to no key yet.</summary>
    public string MintSecret() => KeySecrets.Mint(randomness);

    /// <summary>A new key as it is before anything is said of it; stored nowhere.</summary>
    public ApiKey Draft(string accountId, string name) => new()
    {
        Id = "key_" + randomness.Text(20),
        AccountId = accountId,
        Name = name,
        CreatedAt = Now,
    };

    /// <summary>Stores a key for a secret that exists already.</summary>
    /// <returns>False if a key has the secret; nothing changes then.</returns>
    public bool Import(ApiKey key, string secret) =>
        store.Insert(key with { SecretHint = secret[^KeySecrets.HintLength..] }, KeySecrets.Hash(secret));

    /// <summary>The same for an administrator's key, unless there is one that works; <paramref name="keep"/> runs before it is stored.</summary>
    /// <returns>Whether it was stored.</returns>
    public bool ImportFirstAdmin(ApiKey key, string secret, long now, Action keep) =>
        store.InsertFirstAdmin(key with { SecretHint = secret[^KeySecrets.HintLength..] }, KeySecrets.Hash(secret), now, keep);

    /// <summary>Gives a key another secret.</summary>
    /// <returns>The key and the secret, which is kept nowhere; or null if there is no such key.</returns>
    public (ApiKey Key, string Secret)? Rotate(string id, TimeSpan overlap)
    {
        var (secret, now) = (MintSecret(), Now);
        var until = now + (long)overlap.TotalMilliseconds;
        if (store.Rotate(id, KeySecrets.Hash(secret), secret[^KeySecrets.HintLength..], until, now) is not { } key) return null;
        Forget(id);
        return (key, secret);
    }

    /// <summary>Revokes a key: at once on this node, within five seconds elsewhere.</summary>
    public bool Revoke(string id)
    {
        if (!store.Revoke(id, Now)) return false;
        Forget(id);
        return true;
    }

    /// <summary>Has the next look at a key go to the store: it was changed here.</summary>
    public void Forget(string id)
    {
        Drop(id);
        signals?.Tell(Storage.Signal.Key, id);
    }

    /// <summary>The same, because another node has changed it.</summary>
    public void Drop(string id) => ForgetIf(key => key.Id == id);

    /// <summary>The same for all keys of an account that was changed, here or by another node.</summary>
    public void ForgetAccount(string accountId) => ForgetIf(key => key.AccountId == accountId);

    private void ForgetIf(Func<ApiKey, bool> isMeant)
    {
        foreach (var (slot, cached) in _cache)
        {
            if (isMeant(cached.Key)) _cache.TryRemove(slot, out _);
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Cached(ApiKey Key, long? ValidUntil, long LoadedAt, KeyUse Use);
}
