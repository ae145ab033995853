using System.Data.Common;
using Reelay.Server.Api;
using Reelay.Server.Storage;
using static Reelay.Server.Accounts.SqlKeyRows;

namespace Reelay.Server.Accounts;

/// <summary>Keys in the database.</summary>
internal sealed class SqlKeyStore(Database database, TimeProvider time) : IKeyStore
{
    private const string AdminThatWorks =
        $"""
        SELECT 1 FROM {Source}
        WHERE k.is_admin = 1 AND k.revoked_at IS NULL AND k.disabled_at IS NULL AND a.disabled_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > @now)
        LIMIT 1
        """;

    public void EnsureAccount(string id, string name, bool isUnlimited) =>
        database.Write((connection, transaction) => connection.Execute(
            """
            INSERT INTO accounts (id, name, is_unlimited, allowed_groups, created_at) VALUES (@id, @name, @unlimited, @groups, @now)
            ON CONFLICT (id) DO NOTHING
            """,
            transaction,
            ("@id", id), ("@name", name), ("@unlimited", isUnlimited), ("@groups", AccountGroups.All), ("@now", time.GetUtcNow().ToUnixTimeMilliseconds())));

    public FoundKey? FindByHash(byte[] hash, long now) =>
        database.Read(connection => connection.Query(
            row => new FoundKey(Map(row), row.Flag(ColumnCount) ? null : row.GetInt64(ColumnCount + 1)),
            $"""
            SELECT {Columns}, k.secret_sha256 = @hash, k.previous_until FROM {Source}
            WHERE (k.secret_sha256 = @hash OR (k.previous_sha256 = @hash AND k.previous_until > @now)) AND k.revoked_at IS NULL
            """,
            ("@hash", hash), ("@now", now)).FirstOrDefault());

    public ApiKey? Find(string id) =>
        database.Read(connection => connection.Query(Map, $"SELECT {Columns} FROM {Source} WHERE k.id = @id", ("@id", id)).FirstOrDefault());

    public bool HasAdmin(long now) => database.Read(connection => connection.Query(static _ => true, AdminThatWorks, ("@now", now)).Count > 0);

    public bool Insert(ApiKey key, byte[] hash, NewAccount? account = null) =>
        database.Write((connection, transaction) =>
            !IsTaken(connection, transaction, hash)
            && (account is null || SqlAccountStore.Insert(connection, transaction, account))
            && Insert(connection, transaction, key, hash));

    // Rare writes come one after the other, on all nodes: of two that start at once the second finds the first one's key.
    public bool InsertFirstAdmin(ApiKey key, byte[] hash, long now, Action keep) =>
        database.Write((connection, transaction) =>
        {
            using (var command = connection.Command(AdminThatWorks, transaction, ("@now", now)))
            {
                if (command.ExecuteScalar() is not null) return false;
            }

            keep();
            return Insert(connection, transaction, key, hash);
        });

    public ApiResult<ApiKey> Change(string id, Func<ApiKey, ApiResult<ApiKey>> change) =>
        database.Write((connection, transaction) =>
        {
            if (FindLiving(connection, transaction, id) is not { } before) return default;
            var changed = change(before);
            if (changed.Value is not { } after) return changed;
            connection.Execute(
                """
                UPDATE keys SET name = @name, is_admin = @admin, scopes = @scopes, is_strict = @strict, is_lenient = @lenient,
                    has_idempotent_external_ids = @external, dialects = @dialects, withheld = @withheld, groups = @groups, models = @models,
                    addresses = @addresses, updated_at = @updated, expires_at = @expires, disabled_at = @disabled, requests_per_minute = @requests,
                    creates_per_minute = @creates, max_in_flight = @flight, day_budget_micros = @day, month_budget_micros = @month,
                    total_budget_micros = @total
                WHERE id = @id
                """,
                transaction, Values(after));
            return FindLiving(connection, transaction, id)!;
        });

    public ApiKey? Rotate(string id, byte[] hash, string hint, long previousUntil, long now) =>
        database.Write((connection, transaction) =>
        {
            // Without an overlap nothing is kept of the old secret.
            var changed = connection.Execute(
                """
                UPDATE keys SET previous_sha256 = CASE WHEN @until > @now THEN secret_sha256 END, previous_until = CASE WHEN @until > @now THEN @until END,
                    secret_sha256 = @hash, secret_hint = @hint, updated_at = @now
                WHERE id = @id AND revoked_at IS NULL
                """,
                transaction,
                ("@id", id), ("@hash", hash), ("@hint", hint), ("@until", previousUntil), ("@now", now));
            return changed == 0 ? null : FindLiving(connection, transaction, id);
        });

    public IReadOnlyList<ApiKey>? List(KeyQuery query) => database.Read(connection => SqlKeyList.Read(connection, query));

    public bool Revoke(string id, long at) =>
        database.Write((connection, transaction) => connection.Execute(
            "UPDATE keys SET revoked_at = @at WHERE id = @id AND revoked_at IS NULL", transaction, ("@id", id), ("@at", at))) == 1;

    public void NoteUses(IReadOnlyCollection<KeyValuePair<string, long>> uses) =>
        database.Write((connection, transaction) =>
        {
            foreach (var (id, at) in uses)
            {
                connection.Execute(
                    "UPDATE keys SET last_used_at = @at WHERE id = @id AND coalesce(last_used_at, 0) < @at", transaction, ("@id", id), ("@at", at));
            }

            return uses.Count;
        });

    private static bool Insert(DbConnection connection, DbTransaction transaction, ApiKey key, byte[] hash) =>
        connection.Execute(
            """
            INSERT INTO keys (id, account_id, name, secret_sha256, secret_hint, created_at, is_admin, scopes, is_strict, is_lenient,
                has_idempotent_external_ids, dialects, withheld, groups, models, addresses, updated_at, expires_at, disabled_at,
                requests_per_minute, creates_per_minute, max_in_flight, day_budget_micros, month_budget_micros, total_budget_micros)
            VALUES (@id, @account, @name, @hash, @hint, @created, @admin, @scopes, @strict, @lenient, @external, @dialects, @withheld, @groups,
                @models, @addresses, @updated, @expires, @disabled, @requests, @creates, @flight, @day, @month, @total)
            """,
            transaction,
            [("@account", key.AccountId), ("@hash", hash), ("@hint", key.SecretHint), ("@created", key.CreatedAt), .. Values(key)]) == 1;

    // A secret that was replaced is still somebody's: whoever imported it would be taken for its owner.
    private static bool IsTaken(DbConnection connection, DbTransaction transaction, byte[] hash)
    {
        using var command = connection.Command("SELECT 1 FROM keys WHERE secret_sha256 = @hash OR previous_sha256 = @hash", transaction, ("@hash", hash));
        return command.ExecuteScalar() is not null;
    }

    private static ApiKey? FindLiving(DbConnection connection, DbTransaction transaction, string id) =>
        connection.Query(transaction, Map, $"SELECT {Columns} FROM {Source} WHERE k.id = @id AND k.revoked_at IS NULL", ("@id", id)).FirstOrDefault();
}
