using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Audit;

/// <summary>The audit log on SQLite; triggers of the schema refuse changes of what is written.</summary>
internal sealed class SqlAuditStore(Database database) : IAuditStore
{
    public long Begin(AuditEntry entry) => database.Write((connection, transaction) =>
    {
        using var command = connection.Command(
            """
            INSERT INTO audit_log (at, key_id, address, method, route, target, fields_json)
            VALUES (@at, @key, @address, @method, @route, @target, @fields) RETURNING id
            """,
            transaction,
            ("@at", entry.At), ("@key", entry.KeyId), ("@address", entry.Address), ("@method", entry.Method), ("@route", entry.Route),
            ("@target", entry.Target), ("@fields", entry.FieldsJson));
        return (long)command.ExecuteScalar()!;
    });

    public void End(long id, AuditOutcome outcome) => database.Write((connection, transaction) => connection.Execute(
        "INSERT INTO audit_outcomes (entry_id, at, status, error_code, made) VALUES (@id, @at, @status, @code, @made)",
        transaction,
        ("@id", id), ("@at", outcome.At), ("@status", outcome.Status), ("@code", outcome.ErrorCode), ("@made", outcome.Made)));

    // The text names only what is asked, so that an index serves it.
    public IReadOnlyList<AuditRow> List(AuditQuery query) => database.Read(connection => connection.Query(
        Map,
        $"""
        SELECT l.id, l.at, l.key_id, l.address, l.method, l.route, l.target, l.fields_json, o.at, o.status, o.error_code, o.made
        FROM audit_log l LEFT JOIN audit_outcomes o ON o.entry_id = l.id
        WHERE 1 = 1
            {(query.KeyId is null ? "" : "AND l.key_id = @key")}
            {(query.Route is null ? "" : "AND l.route = @route")}
            {(query.Target is null ? "" : "AND l.id IN (SELECT id FROM audit_log WHERE target = @target UNION ALL SELECT entry_id FROM audit_outcomes WHERE made = @target)")}
            {(query.Since is null ? "" : "AND l.at >= @since")}
            {(query.Until is null ? "" : "AND l.at < @until")}
            {(query.AfterId is null ? "" : query.IsDescending ? "AND l.id < @after" : "AND l.id > @after")}
        ORDER BY l.id {(query.IsDescending ? "DESC" : "ASC")} LIMIT @limit
        """,
        ("@key", query.KeyId), ("@route", query.Route), ("@target", query.Target), ("@since", query.Since), ("@until", query.Until),
        ("@after", query.AfterId), ("@limit", query.Limit)));

    private static AuditRow Map(DbDataReader row) => new(
        row.GetInt64(0),
        new AuditEntry(row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.TextOrNull(6), row.GetString(7)),
        row.LongOrNull(8) is { } at ? new AuditOutcome(at, row.GetInt32(9), row.TextOrNull(10), row.TextOrNull(11)) : null);
}
