using Reelay.Server.Storage;

namespace Reelay.Server.Api.Intents;

/// <summary>
/// What nodes that share a database know together of callers' tries: a retry may reach another node than its first try did. The orders of the
/// last minutes, what was refused, and what was read.
/// </summary>
internal sealed class SharedIntents(PostgresDatabase database)
{
    /// <summary>The orders of a key with one fingerprint, oldest first.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="fingerprint">What was ordered.</param>
    /// <param name="since">Only of this moment and later, Unix milliseconds.</param>
    public ValueTask<List<RecentOrder>> ListAsync(string keyId, string fingerprint, long since) => database.ReadAsync(
        connection => connection.QueryAsync(
            row => new RecentOrder(row.GetString(0), row.GetInt64(1), row.Flag(2), row.Flag(3), row.GetInt64(4)),
            """
            SELECT task_id, claims, is_undelivered, is_read, created_at FROM order_intents
            WHERE key_id = @key AND fingerprint = @fingerprint AND created_at >= @since ORDER BY created_at DESC LIMIT 100
            """,
            ("@key", keyId), ("@fingerprint", fingerprint), ("@since", since)),
        CancellationToken.None);

    /// <summary>Takes one refusal of such an order: the retry that claims it is a new order.</summary>
    /// <returns>Whether there was one that nobody else has taken.</returns>
    public bool TakeRefusal(string keyId, string fingerprint, long since) => database.WriteOne(
        """
        DELETE FROM refused_orders WHERE id = (
            SELECT id FROM refused_orders WHERE key_id = @key AND fingerprint = @fingerprint AND refused_at >= @since
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        """,
        ("@key", keyId), ("@fingerprint", fingerprint), ("@since", since)) == 1;

    /// <summary>Notes that callers have asked for tasks by their ids.</summary>
    public void NoteReads(IReadOnlyCollection<string> taskIds) => database.WriteOne(
        "UPDATE order_intents SET is_read = 1 WHERE task_id = ANY(@ids) AND is_read = 0", ("@ids", taskIds.ToArray()));
}

/// <summary>An order of the last minutes, made on whichever node.</summary>
/// <param name="TaskId">The task it made.</param>
/// <param name="Claims">Bit n: the try with retry count n stands for it.</param>
/// <param name="IsUndelivered">Whether its answer is not known to have reached the caller.</param>
/// <param name="IsRead">Whether the caller has asked for it since.</param>
/// <param name="CreatedAt">Unix milliseconds of the database.</param>
internal sealed record RecentOrder(string TaskId, long Claims, bool IsUndelivered, bool IsRead, long CreatedAt);
