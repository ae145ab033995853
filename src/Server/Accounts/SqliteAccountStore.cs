using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Accounts on SQLite.</summary>
internal sealed class SqliteAccountStore(SqliteDatabase database) : IAccountStore
{
    private const string Columns =
        """
        id, name, is_unlimited, balance_micros, reserved_micros, floor_micros, default_groups, allowed_groups, requests_per_minute,
        creates_per_minute, max_in_flight, day_budget_micros, month_budget_micros, total_budget_micros, assets_retention_ms,
        prompts_retention_ms, inputs_retention_ms, created_at, disabled_at
        """;

    public Account? Find(string id) =>
        database.Read(connection => connection.Query(Map, $"SELECT {Columns} FROM accounts WHERE id = $id", ("$id", id)).FirstOrDefault());

    private static Account Map(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Name = row.GetString(1),
        IsUnlimited = row.GetBoolean(2),
        BalanceMicros = row.GetInt64(3),
        ReservedMicros = row.GetInt64(4),
        FloorMicros = row.GetInt64(5),
        DefaultGroups = row.GetString(6),
        AllowedGroups = row.GetString(7),
        Limits = new Limits
        {
            RequestsPerMinute = (int?)row.LongOrNull(8),
            CreatesPerMinute = (int?)row.LongOrNull(9),
            MaxInFlight = (int?)row.LongOrNull(10),
            DayBudgetMicros = row.LongOrNull(11),
            MonthBudgetMicros = row.LongOrNull(12),
            TotalBudgetMicros = row.LongOrNull(13),
        },
        Retention = new AccountRetention { Assets = Period(row, 14), Prompts = Period(row, 15), Inputs = Period(row, 16) },
        CreatedAt = row.GetInt64(17),
        DisabledAt = row.LongOrNull(18),
    };

    private static TimeSpan? Period(SqliteDataReader row, int column) =>
        row.LongOrNull(column) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
