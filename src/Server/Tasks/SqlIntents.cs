using Reelay.Server.Storage;

namespace Reelay.Server.Tasks;

/// <summary>Reads and forgets what is kept of callers' intents. Rare, so on connections beside the batches.</summary>
internal static class SqlIntents
{
    /// <summary>The task and fingerprint that an account's key stands for now.</summary>
    public const string ClaimSql =
        "SELECT task_id, fingerprint FROM idempotency_keys WHERE account_id = @account AND key = @key AND (expires_at IS NULL OR expires_at > @now)";

    private const int PageSize = 1000;

    public static IntentMemory Load(Database database, long since)
    {
        var intents = database.Read(connection => connection.Query(
            row => new OrderIntent(row.GetString(0), row.GetInt64(1), row.Flag(2)),
            "SELECT task_id, claims, is_undelivered FROM order_intents WHERE created_at >= @since", ("@since", since)));
        var refused = database.Read(connection => connection.Query(
            row => new RefusedOrder(row.GetString(0), row.GetString(1), row.GetInt64(2)), "SELECT key_id, fingerprint, refused_at FROM refused_orders"));
        if (refused.Count > 0) database.Write((connection, transaction) => connection.Execute("DELETE FROM refused_orders", transaction));
        return new IntentMemory(
            intents.ToDictionary(intent => intent.TaskId, StringComparer.Ordinal), refused.FindAll(order => order.At >= since));
    }

    public static (string TaskId, string Fingerprint)? FindClaim(Database database, string accountId, string key, long now)
    {
        var rows = database.Read(connection => connection.Query(
            row => (TaskId: row.GetString(0), Fingerprint: row.GetString(1)),
            ClaimSql,
            ("@account", accountId), ("@key", key), ("@now", now)));
        return rows.Count == 0 ? null : rows[0];
    }

    public static int Forget(Database database, long now, long before)
    {
        // Looked for first where reading disturbs nobody: mostly there is nothing to do.
        var isAny = database.Read(connection => connection.Query(
            row => row.Flag(0),
            """
            SELECT EXISTS (SELECT 1 FROM order_intents WHERE created_at < @before)
                OR EXISTS (SELECT 1 FROM idempotency_keys WHERE expires_at IS NOT NULL AND expires_at <= @now)
            """,
            ("@before", before), ("@now", now))[0]);
        return !isAny ? 0 : database.Write((connection, transaction) =>
        {
            var intents = connection.Execute(
                "DELETE FROM order_intents WHERE task_id IN (SELECT task_id FROM order_intents WHERE created_at < @before LIMIT @most)",
                transaction, ("@before", before), ("@most", PageSize));
            connection.Execute("DELETE FROM refused_orders WHERE refused_at < @before", transaction, ("@before", before));
            return intents + connection.Execute(
                """
                DELETE FROM idempotency_keys WHERE (account_id, key) IN (
                    SELECT account_id, key FROM idempotency_keys WHERE expires_at IS NOT NULL AND expires_at <= @now LIMIT @most)
                """,
                transaction, ("@now", now), ("@most", PageSize));
        });
    }
}
