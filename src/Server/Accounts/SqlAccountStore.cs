using System.Data.Common;
using Reelay.Server.Api;
using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Accounts on SQLite.</summary>
internal sealed class SqlAccountStore(Database database) : IAccountStore
{
    private const string Columns =
        """
        id, name, is_unlimited, balance_micros, reserved_micros, floor_micros, default_groups, allowed_groups, requests_per_minute,
        creates_per_minute, max_in_flight, day_budget_micros, month_budget_micros, total_budget_micros, assets_retention_ms,
        prompts_retention_ms, inputs_retention_ms, created_at, disabled_at, updated_at, spent_micros, in_flight_count
        """;

    public Account? Find(string id) =>
        database.Read(connection => connection.Query(Map, $"SELECT {Columns} FROM accounts WHERE id = @id", ("@id", id)).FirstOrDefault());

    public bool Insert(NewAccount account) => database.Write((connection, transaction) => Insert(connection, transaction, account));

    /// <summary>The same within a transaction.</summary>
    public static bool Insert(DbConnection connection, DbTransaction transaction, NewAccount account)
    {
        var row = account.Account;
        var inserted = connection.Execute(
            """
            INSERT INTO accounts (id, name, is_unlimited, balance_micros, floor_micros, default_groups, allowed_groups, requests_per_minute,
                creates_per_minute, max_in_flight, day_budget_micros, month_budget_micros, total_budget_micros, assets_retention_ms,
                prompts_retention_ms, inputs_retention_ms, created_at, disabled_at)
            VALUES (@id, @name, @unlimited, @balance, @floor, @groups, @allowed, @requests, @creates, @flight, @day, @month, @total, @assets,
                @prompts, @inputs, @created, @disabled)
            ON CONFLICT (id) DO NOTHING
            """,
            transaction,
            [("@balance", row.BalanceMicros), ("@created", row.CreatedAt), .. Values(row)]);
        if (inserted == 0 || row.BalanceMicros == 0) return inserted == 1;
        connection.Execute(
            """
            INSERT INTO ledger_entries (account_id, kind, balance_micros, reserved_micros, reason, created_at)
            VALUES (@id, 'adjust', @balance, 0, @reason, @created)
            """,
            transaction,
            ("@id", row.Id), ("@balance", row.BalanceMicros), ("@reason", account.Reason), ("@created", row.CreatedAt));
        return true;
    }

    public ApiResult<Account> Change(string id, Func<Account, ApiResult<Account>> change) =>
        database.Write((connection, transaction) =>
        {
            if (Find(connection, transaction, id) is not { } before) return default;
            var changed = change(before);
            if (changed.Value is not { } after) return changed;
            connection.Execute(
                """
                UPDATE accounts SET name = @name, is_unlimited = @unlimited, floor_micros = @floor, default_groups = @groups,
                    allowed_groups = @allowed, requests_per_minute = @requests, creates_per_minute = @creates, max_in_flight = @flight,
                    day_budget_micros = @day, month_budget_micros = @month, total_budget_micros = @total, assets_retention_ms = @assets,
                    prompts_retention_ms = @prompts, inputs_retention_ms = @inputs, disabled_at = @disabled, updated_at = @updated
                WHERE id = @id
                """,
                transaction,
                [("@updated", after.UpdatedAt), .. Values(after)]);
            return after;
        });

    public IReadOnlyList<Account>? List(PageQuery page) => database.Read<IReadOnlyList<Account>?>(connection =>
    {
        var sort = page.NamePrefix is null ? "created_at" : "name";
        var (sign, direction) = page.IsDescending ? ("<", "DESC") : (">", "ASC");
        if (page.AfterId is { } after && connection.Scalar<long>("SELECT 1 FROM accounts WHERE id = @id", ("@id", after)) == 0) return null;
        return connection.Query(
            Map,
            $"""
            SELECT {Columns} FROM accounts
            WHERE 1 = 1
                {(page.NamePrefix is null ? "" : "AND name >= @name AND name < @name || @last")}
                {(page.AfterId is null ? "" : $"AND ({sort}, id) {sign} (SELECT {sort}, id FROM accounts WHERE id = @after)")}
            ORDER BY {sort} {direction}, id {direction} LIMIT @limit
            """,
            ("@name", page.NamePrefix), ("@last", SqlKeyList.LastLetter), ("@after", page.AfterId), ("@limit", page.Limit));
    });

    private static Account? Find(DbConnection connection, DbTransaction transaction, string id) =>
        connection.Query(transaction, Map, $"SELECT {Columns} FROM accounts WHERE id = @id", ("@id", id)).FirstOrDefault();

    private static (string Name, object? Value)[] Values(Account account) =>
    [
        ("@id", account.Id), ("@name", account.Name), ("@unlimited", account.IsUnlimited), ("@floor", account.FloorMicros),
        ("@groups", account.DefaultGroups), ("@allowed", account.AllowedGroups), .. SqlKeyRows.Values(account.Limits),
        ("@assets", Milliseconds(account.Retention.Assets)), ("@prompts", Milliseconds(account.Retention.Prompts)),
        ("@inputs", Milliseconds(account.Retention.Inputs)), ("@disabled", account.DisabledAt),
    ];

    private static Account Map(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Name = row.GetString(1),
        IsUnlimited = row.Flag(2),
        BalanceMicros = row.GetInt64(3),
        ReservedMicros = row.GetInt64(4),
        FloorMicros = row.GetInt64(5),
        DefaultGroups = row.GetString(6),
        AllowedGroups = row.GetString(7),
        Limits = SqlKeyRows.ReadLimits(row, 8),
        Retention = new AccountRetention { Assets = Period(row, 14), Prompts = Period(row, 15), Inputs = Period(row, 16) },
        CreatedAt = row.GetInt64(17),
        DisabledAt = row.LongOrNull(18),
        UpdatedAt = row.LongOrNull(19),
        SpentMicros = row.GetInt64(20),
        InFlightCount = row.GetInt64(21),
    };

    private static TimeSpan? Period(DbDataReader row, int column) =>
        row.LongOrNull(column) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static long? Milliseconds(TimeSpan? period) => period is { } time ? (long)time.TotalMilliseconds : null;
}
