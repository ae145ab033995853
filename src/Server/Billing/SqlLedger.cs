using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Billing;

/// <summary>The ledger on SQLite.</summary>
internal sealed class SqlLedger(Database database) : ILedger
{
    private const string Columns =
        """
        l.id, l.account_id, l.task_id, l.attempt, l.kind, l.balance_micros, l.reserved_micros, l.reason, l.key_id, l.idempotency_key, l.seconds,
        CASE WHEN l.kind IN ('settle', 'release') THEN (SELECT sum(a.cost_micros) FROM attempts a WHERE a.task_id = l.task_id) END, l.created_at
        """;

    // Only the conditions that are asked for stand in the text, so that each combination finds its index.
    public IReadOnlyList<LedgerRow> List(LedgerQuery query) => database.Read(connection => connection.Query(
        Map,
        $"""
        SELECT {Columns} FROM ledger_entries l WHERE TRUE
            {(query.AccountId is null ? "" : "AND l.account_id = @account")}
            {(query.TaskId is null ? "" : "AND l.task_id = @task")}
            {(query.Kind is null ? "" : "AND l.kind = @kind")}
            {(query.From is null ? "" : "AND l.created_at >= @from")}
            {(query.To is null ? "" : "AND l.created_at < @to")}
            {(query.AfterId is null ? "" : query.IsDescending ? "AND l.id < @after" : "AND l.id > @after")}
        ORDER BY l.id {(query.IsDescending ? "DESC" : "ASC")} LIMIT @limit
        """,
        ("@account", query.AccountId), ("@task", query.TaskId), ("@kind", query.Kind), ("@from", query.From), ("@to", query.To),
        ("@after", query.AfterId), ("@limit", query.Limit)));

    public IReadOnlyList<UsageSum> SumUsage(UsageQuery query) => database.Read(connection => connection.Query(
        row => new UsageSum(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
        $"""
        SELECT day, model, key_id, count(CASE kind WHEN 'settle' THEN 1 END), count(CASE kind WHEN 'release' THEN 1 END), sum(coalesce(seconds, 0)), -sum(balance_micros)
        FROM (
            SELECT {database.DayOf("l.created_at")} AS day, t.model, t.key_id, l.kind, l.seconds, l.balance_micros
            FROM ledger_entries l JOIN tasks t ON t.id = l.task_id
            WHERE l.account_id = @account AND l.kind IN ('settle', 'release') AND l.created_at >= @from AND l.created_at < @to
                {(query.Model is null ? "" : "AND t.model = @model")}
                {(query.KeyId is null ? "" : "AND t.key_id = @key")}
        ) u
        WHERE {(query.After is null ? "TRUE" : "day < @day OR (day = @day AND (model, key_id) > (@after_model, @after_key))")}
        GROUP BY day, model, key_id ORDER BY day DESC, model, key_id LIMIT @limit
        """,
        ("@account", query.AccountId), ("@from", query.From), ("@to", query.To), ("@model", query.Model), ("@key", query.KeyId),
        ("@day", query.After?.Day), ("@after_model", query.After?.Model), ("@after_key", query.After?.KeyId), ("@limit", query.Limit)));

    public AdjustmentResult Adjust(Adjustment adjustment, long now) =>
        StoreErrors.Guard(() => database.Write((connection, transaction) => Adjust(connection, transaction, adjustment, now)));

    // Nothing changes between the look and the write: the account is locked for it.
    private AdjustmentResult Adjust(DbConnection connection, DbTransaction transaction, Adjustment adjustment, long now)
    {
        if (Find(connection, transaction, adjustment) is { } earlier)
        {
            var isSame = earlier.BalanceMicros == adjustment.Micros && earlier.Reason == adjustment.Reason;
            return isSame ? new(AdjustmentOutcome.Replayed, earlier) : new(AdjustmentOutcome.KeyReused);
        }

        using var find = connection.Command(
            $"SELECT balance_micros, reserved_micros, floor_micros, is_unlimited FROM accounts WHERE id = @id {database.ForUpdate}", transaction,
            ("@id", adjustment.AccountId));
        using (var account = find.ExecuteReader())
        {
            if (!account.Read()) return new(AdjustmentOutcome.NotFound);
            var after = (Int128)account.GetInt64(0) + adjustment.Micros;
            if (Int128.Abs(after) > Adjustment.MaxBalanceMicros) return new(AdjustmentOutcome.TooLarge);
            var isBelow = adjustment.Micros < 0 && !account.Flag(3) && after - account.GetInt64(1) < account.GetInt64(2);
            if (isBelow && !adjustment.IsForced) return new(AdjustmentOutcome.BelowFloor);
        }

        connection.Execute(
            """
            INSERT INTO ledger_entries (account_id, kind, balance_micros, reserved_micros, reason, key_id, idempotency_key, created_at)
            VALUES (@account, 'adjust', @micros, 0, @reason, @operator, @key, @now);
            UPDATE accounts SET balance_micros = balance_micros + @micros WHERE id = @account;
            """,
            transaction,
            ("@account", adjustment.AccountId), ("@micros", adjustment.Micros), ("@reason", adjustment.Reason), ("@operator", adjustment.KeyId),
            ("@key", adjustment.IdempotencyKey), ("@now", now));
        return new(AdjustmentOutcome.Applied, Find(connection, transaction, adjustment));
    }

    private static LedgerRow? Find(DbConnection connection, DbTransaction transaction, Adjustment adjustment) => connection.Query(
        transaction,
        Map,
        $"SELECT {Columns} FROM ledger_entries l WHERE l.account_id = @account AND l.idempotency_key = @key",
        ("@account", adjustment.AccountId), ("@key", adjustment.IdempotencyKey)).FirstOrDefault();

    private static LedgerRow Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetInt32(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6), row.TextOrNull(7),
        row.TextOrNull(8), row.TextOrNull(9), row.LongOrNull(10), row.LongOrNull(11), row.GetInt64(12));
}
