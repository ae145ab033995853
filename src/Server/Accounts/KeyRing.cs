using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Reelay.Server.Tasks;

namespace Reelay.Server.Accounts;

/// <summary>Finds the key of a secret: from memory for at most five seconds, else from the store. Unknown secrets are not remembered.</summary>
internal sealed class KeyRing(IKeyStore store, TimeProvider time, Randomness randomness)
{
    private const int MaxCachedKeys = 100_000;
    private static readonly TimeSpan CacheLife = TimeSpan.FromSeconds(5);

    // By half of the secret's SHA-256: no secret stays in memory, no comparison tells anything about one by its timing, and whoever could
    // make two of them collide here would have to break 128 bits.
    private readonly ConcurrentDictionary<UInt128, Cached> _cache = new();

    /// <summary>The key, or null if the secret is unknown or revoked.</summary>
    public ApiKey? Find(ReadOnlySpan<char> secret)
    {
        if (secret.IsEmpty || secret.Length > KeySecrets.MaxLength) return null;
        Span<byte> hash = stackalloc byte[KeySecrets.HashLength];
        KeySecrets.Hash(secret, hash);
        var slot = MemoryMarshal.Read<UInt128>(hash);
        if (_cache.TryGetValue(slot, out var cached) && time.GetElapsedTime(cached.LoadedAt) < CacheLife) return cached.Key;

        if (store.FindByHash(hash.ToArray()) is not { } key)
        {
            _cache.TryRemove(slot, out _);
            return null;
        }

        if (_cache.Count >= MaxCachedKeys) _cache.Clear();
        _cache[slot] = new Cached(key, time.GetTimestamp());
        return key;
    }

    /// <summary>A new secret that belongs to no key yet.</summary>
    public string MintSecret() => KeySecrets.Mint(randomness);

    /// <summary>Makes a key with a new secret.</summary>
    /// <returns>The key and its secret, which is kept nowhere.</returns>
    public (ApiKey Key, string Secret) Create(KeyTerms terms)
    {
        var secret = MintSecret();
        return (Import(secret, terms), secret);
    }

    /// <summary>Stores a key for a secret that exists already; nothing changes if it is stored.</summary>
    public ApiKey Import(string secret, KeyTerms terms)
    {
        var key = new ApiKey
        {
            Id = "key_" + randomness.Text(20),
            AccountId = terms.AccountId,
            Name = terms.Name,
            SecretHint = secret[^4..],
            IsAdmin = terms.IsAdmin,
            IsStrict = terms.IsStrict,
            IsLenient = terms.IsLenient,
            HasIdempotentExternalIds = terms.HasIdempotentExternalIds,
            Dialects = terms.Dialects,
            Withheld = terms.Withheld,
            Groups = terms.Groups,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var hash = new byte[KeySecrets.HashLength];
        KeySecrets.Hash(secret, hash);
        store.Insert(key, hash);
        return key;
    }

    /// <summary>All keys, without secrets.</summary>
    public IReadOnlyList<ApiKey> List() => store.List();

    /// <summary>Revokes a key: at once on this node, within five seconds elsewhere.</summary>
    public bool Revoke(string id)
    {
        if (!store.Revoke(id, time.GetUtcNow().ToUnixTimeMilliseconds())) return false;
        foreach (var (slot, cached) in _cache)
        {
            if (cached.Key.Id == id) _cache.TryRemove(slot, out _);
        }

        return true;
    }

    private readonly record struct Cached(ApiKey Key, long LoadedAt);
}
