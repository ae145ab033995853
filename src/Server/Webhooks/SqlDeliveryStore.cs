using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Webhooks;

/// <summary>Deliveries on SQLite.</summary>
internal sealed class SqlDeliveryStore(Database database) : IDeliveryStore
{
    private const int MaxDestinations = 10_000;
    private const long NeverTriedGraceMilliseconds = 24 * 60 * 60 * 1000L;

    private const string DueColumns =
        """
        d.id, d.account_id, d.task_id, d.endpoint_id, d.format, d.url, d.destination, d.attempt_count, d.series_from, d.next_at, d.give_up_at,
        d.endpoint_id <> '' AND e.id IS NULL, e.disabled_at IS NOT NULL
        """;

    private const string LogColumns =
        "id, account_id, task_id, endpoint_id, event_type, format, url, attempt_count, next_at, created_at, ended_at, outcome";

    // A cluster of one: whoever had a claim before this process is dead. Where there are others, claims of the dead end by themselves.
    public void TakeOver(string nodeId, long now) => _ = database.IsShared ? 0 : database.Write((connection, transaction) => connection.Execute(
        "UPDATE deliveries SET lease_owner = NULL, next_at = @now WHERE ended_at IS NULL AND lease_owner IS NOT NULL AND lease_owner <> @node", transaction,
        ("@node", nodeId), ("@now", now)));

    // From one destination to the next by the index, however many rows each has.
    public IReadOnlyList<OpenDestination> ListOpen(string after) => database.Read(connection => connection.Query(
        row => new OpenDestination(row.GetString(0), row.GetInt64(1)),
        """
        WITH RECURSIVE open (destination) AS (
            SELECT (SELECT min(d.destination) FROM deliveries d WHERE d.ended_at IS NULL AND d.destination > @after)
            UNION ALL
            SELECT (SELECT min(d.destination) FROM deliveries d WHERE d.ended_at IS NULL AND d.destination > open.destination)
            FROM open WHERE open.destination IS NOT NULL)
        SELECT destination, (SELECT min(d.next_at) FROM deliveries d WHERE d.ended_at IS NULL AND d.destination = open.destination)
        FROM open WHERE destination IS NOT NULL LIMIT @limit
        """,
        ("@after", after), ("@limit", MaxDestinations)));

    public IReadOnlyList<DueDelivery> ListDue(string destination, long now, int limit) => database.Read(connection => connection.Query(
        row => new DueDelivery
        {
            Id = row.GetString(0),
            AccountId = row.GetString(1),
            TaskId = row.GetString(2),
            EndpointId = row.GetString(3),
            IsTask = row.GetString(4) == "task",
            Url = row.GetString(5),
            Destination = row.GetString(6),
            AttemptCount = row.GetInt32(7),
            SeriesFrom = row.GetInt32(8),
            NextAt = row.GetInt64(9),
            GiveUpAt = row.GetInt64(10),
            IsEndpointGone = row.Flag(11),
            IsEndpointDisabled = row.Flag(12),
        },
        $"""
        SELECT {DueColumns} FROM deliveries d LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE d.ended_at IS NULL AND d.destination = @destination AND d.next_at <= @now ORDER BY d.next_at LIMIT @limit
        """,
        ("@destination", destination), ("@now", now), ("@limit", limit)));

    public IReadOnlyList<LoggedDelivery> List(DeliveryQuery query)
    {
        var (compare, direction) = query.Page.IsDescending ? ("<", "DESC") : (">", "ASC");
        return database.Read(connection =>
        {
            var rows = connection.Query(
                Map,
                $"""
                SELECT {LogColumns} FROM deliveries
                WHERE 1 = 1
                    {(query.AccountId is null ? "" : "AND account_id = @account")}
                    {(query.TaskId is null ? "" : "AND task_id = @task")}
                    {(query.EndpointId is null ? "" : "AND endpoint_id = @endpoint AND endpoint_id <> ''")}
                    {(query.EventType is null ? "" : "AND event_type = @type")}
                    {OutcomeSql(query.Outcome)}
                    {(query.Page.AfterId is null ? "" : $"AND id {compare} @after")}
                ORDER BY id {direction} LIMIT @limit
                """,
                ("@account", query.AccountId), ("@task", query.TaskId), ("@endpoint", query.EndpointId), ("@type", query.EventType),
                ("@outcome", query.Outcome), ("@after", query.Page.AfterId), ("@limit", query.Page.Limit));
            return rows.ConvertAll(row => WithAttempts(connection, row));
        });
    }

    public LoggedDelivery? Find(string id, string? accountId) => database.Read(connection =>
    {
        var found = connection.Query(
            Map, $"SELECT {LogColumns} FROM deliveries WHERE id = @id {(accountId is null ? "" : "AND account_id = @account")}",
            ("@id", id), ("@account", accountId)).FirstOrDefault();
        return found is null ? null : WithAttempts(connection, found);
    });

    // What was never tried, because the server was down, gets another day for it.
    public int GiveUp(long now, int limit) => database.Write((connection, transaction) => connection.Execute(
        """
        UPDATE deliveries SET ended_at = @now, outcome = 'failed'
        WHERE id IN (
            SELECT id FROM deliveries
            WHERE ended_at IS NULL AND lease_owner IS NULL AND give_up_at <= @now AND (attempt_count > series_from OR give_up_at <= @now - @grace)
            LIMIT @limit)
        """,
        transaction, ("@now", now), ("@grace", NeverTriedGraceMilliseconds), ("@limit", limit)));

    public int Forget(long endedBefore, int limit) => database.Write((connection, transaction) =>
    {
        const string Old = "SELECT id FROM deliveries WHERE ended_at IS NOT NULL AND ended_at < @before ORDER BY ended_at LIMIT @limit";
        connection.Execute($"DELETE FROM delivery_attempts WHERE delivery_id IN ({Old})", transaction, ("@before", endedBefore), ("@limit", limit));
        return connection.Execute($"DELETE FROM deliveries WHERE id IN ({Old})", transaction, ("@before", endedBefore), ("@limit", limit));
    });

    // The words come from a fixed list; those that an index is for stand in the text.
    private static string OutcomeSql(string? outcome) => outcome switch
    {
        null => "",
        "pending" => "AND ended_at IS NULL",
        "failed" => "AND outcome = 'failed'",
        "gone" => "AND outcome = 'gone'",
        _ => "AND outcome = @outcome",
    };

    private static LoggedDelivery WithAttempts(ReadConnection connection, LoggedDelivery row) => row with
    {
        Attempts = connection.Query(
            attempt => new DeliveryAttempt(
                attempt.GetInt32(0), attempt.GetInt64(1), attempt.GetInt64(2), (int?)attempt.LongOrNull(3), attempt.TextOrNull(4)),
            "SELECT number, started_at, duration_ms, status_code, error FROM delivery_attempts WHERE delivery_id = @id ORDER BY number",
            ("@id", row.Id)),
    };

    private static LoggedDelivery Map(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        TaskId = row.GetString(2),
        EndpointId = row.GetString(3),
        EventType = row.GetString(4),
        Format = row.GetString(5),
        Url = row.GetString(6),
        AttemptCount = row.GetInt32(7),
        NextAt = row.GetInt64(8),
        CreatedAt = row.GetInt64(9),
        EndedAt = row.LongOrNull(10),
        Outcome = row.TextOrNull(11),
    };
}
