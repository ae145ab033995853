using Reelay.Server.Api;

namespace Reelay.Server.Accounts;

/// <summary>Keys.</summary>
internal interface IKeyStore
{
    /// <summary>Makes an account if there is none with this id, with every group allowed.</summary>
    void EnsureAccount(string id, string name, bool isUnlimited);

    /// <summary>The key with this hash, or with it before its last rotation while that still counts. Revoked keys are not found.</summary>
    FoundKey? FindByHash(byte[] hash, long now);

    /// <summary>The key with this id, a revoked one too; or null.</summary>
    ApiKey? Find(string id);

    /// <summary>Whether some key can use the admin API at a moment.</summary>
    bool HasAdmin(long now);

    /// <summary>Stores a new key, and its account with an opening balance where that is new too, in one transaction.</summary>
    /// <returns>False if a key has the secret already, or the new account's id is taken: nothing is stored then.</returns>
    bool Insert(ApiKey key, byte[] hash, NewAccount? account = null);

    /// <summary>Stores an administrator's key unless some key can use the admin API already, whichever node made it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Hash of its secret.</param>
    /// <param name="now">The moment at which the other must work.</param>
    /// <param name="keep">Done before it is stored, and only if it will be: whoever dies in between has kept a secret that nothing knows.</param>
    /// <returns>Whether it was stored.</returns>
    bool InsertFirstAdmin(ApiKey key, byte[] hash, long now, Action keep);

    /// <summary>Replaces what an operator may change of a key that is not revoked; nobody else changes it meanwhile.</summary>
    /// <returns>The key as stored, what <paramref name="change"/> refused, or an error-free null if there is no such key.</returns>
    ApiResult<ApiKey> Change(string id, Func<ApiKey, ApiResult<ApiKey>> change);

    /// <summary>Gives a key that is not revoked a new secret; the one it had counts until a moment.</summary>
    /// <returns>The key as stored, or null if there is none.</returns>
    ApiKey? Rotate(string id, byte[] hash, string hint, long previousUntil, long now);

    /// <summary>A page of keys, revoked ones too; or null if the key it begins after does not exist.</summary>
    IReadOnlyList<ApiKey>? List(KeyQuery query);

    /// <summary>Revokes a key.</summary>
    /// <returns>False if there is none with this id, or it was revoked before.</returns>
    bool Revoke(string id, long at);

    /// <summary>Notes when keys were used.</summary>
    void NoteUses(IReadOnlyCollection<KeyValuePair<string, long>> uses);
}

/// <summary>A key that a secret belongs to.</summary>
/// <param name="Key">The key.</param>
/// <param name="ValidUntil">When the secret stops counting because it was replaced, Unix milliseconds; null for the key's newest.</param>
internal sealed record FoundKey(ApiKey Key, long? ValidUntil);

/// <summary>Which keys an operator wants to see. At most one of name and hint; an account goes with a name.</summary>
internal sealed record KeyQuery(PageQuery Page)
{
    /// <summary>Of this account, or null.</summary>
    public string? AccountId { get; init; }

    /// <summary>Those whose secret ends so, or null.</summary>
    public string? Hint { get; init; }
}

/// <summary>Which part of a list an operator wants to see.</summary>
/// <param name="Limit">Most rows.</param>
/// <param name="IsDescending">The newest first, or by name from the end.</param>
/// <param name="AfterId">Begin behind the row with this id, or null.</param>
/// <param name="NamePrefix">Those whose name begins so, letter by letter and sorted by name; or null for all by age.</param>
internal sealed record PageQuery(int Limit, bool IsDescending, string? AfterId, string? NamePrefix);

/// <summary>An account to be made.</summary>
/// <param name="Account">Its row; its balance is what it opens with.</param>
/// <param name="Reason">Why it opens with a balance, for the ledger.</param>
internal sealed record NewAccount(Account Account, string Reason);
