using System.Collections.Concurrent;
using Reelay.Server.Tasks;

namespace Reelay.Server.Accounts;

/// <summary>Finds the key of a secret: from memory for at most five seconds, else from the store. Unknown secrets are not remembered.</summary>
internal sealed class KeyRing(IKeyStore store, TimeProvider time, Randomness randomness)
{
    private const int MaxCachedKeys = 100_000;
    private static readonly TimeSpan CacheLife = TimeSpan.FromSeconds(5);

    // By the secret itself: hashing it for every request costs as much as the rest of a status read's own work. The dictionary's seeded
    // hash keeps its comparisons from telling anything by their timing, and nothing here is written anywhere.
    private readonly ConcurrentDictionary<string, Cached> cache = new(StringComparer.Ordinal);

    /// <summary>The key, or null if the secret is unknown or revoked.</summary>
    public ApiKey? Find(ReadOnlySpan<char> secret)
    {
        if (secret.IsEmpty || secret.Length > KeySecrets.MaxLength) return null;
        if (cache.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(secret, out var cached)
            && time.GetElapsedTime(cached.LoadedAt) < CacheLife)
        {
            return cached.Key;
        }

        var slot = secret.ToString();
        if (store.FindByHash(KeySecrets.Hash(secret)) is not { } key)
        {
            cache.TryRemove(slot, out _);
            return null;
        }

        if (cache.Count >= MaxCachedKeys) cache.Clear();
        cache[slot] = new Cached(key, time.GetTimestamp());
        return key;
    }

    /// <summary>A new secret that belongs to no key yet.</summary>
    public string MintSecret() => KeySecrets.Mint(randomness);

    /// <summary>Makes a key with a new secret.</summary>
    /// <returns>The key and its secret, which is kept nowhere.</returns>
    public (ApiKey Key, string Secret) Create(string accountId, string name, bool isAdmin, bool isStrict)
    {
        var secret = MintSecret();
        return (Import(secret, accountId, name, isAdmin, isStrict), secret);
    }

    /// <summary>Stores a key for a secret that exists already; nothing changes if it is stored.</summary>
    public ApiKey Import(string secret, string accountId, string name, bool isAdmin, bool isStrict)
    {
        var key = new ApiKey
        {
            Id = "key_" + randomness.Text(20),
            AccountId = accountId,
            Name = name,
            SecretHint = secret[^4..],
            IsAdmin = isAdmin,
            IsStrict = isStrict,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        store.Insert(key, KeySecrets.Hash(secret));
        return key;
    }

    /// <summary>All keys, without secrets.</summary>
    public IReadOnlyList<ApiKey> List() => store.List();

    /// <summary>Revokes a key: at once on this node, within five seconds elsewhere.</summary>
    public bool Revoke(string id)
    {
        if (!store.Revoke(id, time.GetUtcNow().ToUnixTimeMilliseconds())) return false;
        foreach (var (slot, cached) in cache)
        {
            if (cached.Key.Id == id) cache.TryRemove(slot, out _);
        }

        return true;
    }

    private readonly record struct Cached(ApiKey Key, long LoadedAt);
}
