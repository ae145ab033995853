using Microsoft.Data.Sqlite;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Accounts and keys on SQLite.</summary>
internal sealed class SqliteKeyStore(SqliteDatabase database, TimeProvider time) : IKeyStore
{
    private const string Columns =
        "id, account_id, name, secret_hint, is_admin, is_strict, is_lenient, dialects, withheld, groups, created_at, revoked_at, has_idempotent_external_ids";

    public void EnsureAccount(string id, string name, bool isUnlimited) =>
        database.Write((connection, transaction) => connection.Execute(
            """
            INSERT INTO accounts (id, name, is_unlimited, created_at) VALUES ($id, $name, $unlimited, $now)
            ON CONFLICT (id) DO NOTHING
            """,
            transaction,
            ("$id", id), ("$name", name), ("$unlimited", isUnlimited), ("$now", time.GetUtcNow().ToUnixTimeMilliseconds())));

    public ApiKey? FindByHash(byte[] hash) =>
        database.Read(connection => connection.Query(
            Map, $"SELECT {Columns} FROM keys WHERE secret_sha256 = $hash AND revoked_at IS NULL", ("$hash", hash)).FirstOrDefault());

    public void Insert(ApiKey key, byte[] hash) =>
        database.Write((connection, transaction) => connection.Execute(
            $"""
            INSERT INTO keys ({Columns}, secret_sha256)
            VALUES ($id, $account, $name, $hint, $admin, $strict, $lenient, $dialects, $withheld, $groups, $created, NULL, $external, $hash)
            ON CONFLICT (secret_sha256) DO NOTHING
            """,
            transaction,
            ("$id", key.Id), ("$account", key.AccountId), ("$name", key.Name), ("$hint", key.SecretHint), ("$admin", key.IsAdmin),
            ("$strict", key.IsStrict), ("$lenient", key.IsLenient), ("$dialects", Words(key.Dialects)), ("$withheld", Words(key.Withheld)),
            ("$groups", key.Groups), ("$created", key.CreatedAt), ("$external", key.HasIdempotentExternalIds), ("$hash", hash)));

    public IReadOnlyList<ApiKey> List() =>
        database.Read(connection => connection.Query(Map, $"SELECT {Columns} FROM keys ORDER BY created_at, id LIMIT 1000"));

    public bool Revoke(string id, long at) =>
        database.Write((connection, transaction) => connection.Execute(
            "UPDATE keys SET revoked_at = $at WHERE id = $id AND revoked_at IS NULL", transaction, ("$id", id), ("$at", at))) == 1;

    private static ApiKey Map(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        SecretHint = row.GetString(3),
        IsAdmin = row.GetBoolean(4),
        IsStrict = row.GetBoolean(5),
        IsLenient = row.GetBoolean(6),
        Dialects = Flags<Dialect>(row.GetString(7)),
        Withheld = Flags<Operations>(row.GetString(8)),
        Groups = row.GetString(9),
        CreatedAt = row.GetInt64(10),
        RevokedAt = row.LongOrNull(11),
        HasIdempotentExternalIds = row.GetBoolean(12),
    };

    private static string Words<T>(T flags)
        where T : struct, Enum =>
        string.Join(' ', FlagWords<T>.Of(flags));

    // A word that a later version wrote means nothing that this one has.
    private static T Flags<T>(string words)
        where T : struct, Enum =>
        FlagWords<T>.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);
}
