using System.Data.Common;
using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;

namespace Reelay.Server.Billing;

/// <summary>The audit. Each statement sees one moment of the database and compares nothing with another statement's.</summary>
/// <param name="read">Runs a read on a connection; a transaction lasts as long as one statement.</param>
internal sealed class SqlLedgerAudit(Func<Func<ReadConnection, List<AuditViolation>>, List<AuditViolation>> read) : ILedgerAudit
{
    private const int Page = 5000;

    // A balance is the sum of its rows, and so is what is reserved.
    private const string Sums =
        """
        SELECT 'balance_is_sum', a.id, 'the balance is ' || a.balance_micros || ' and the rows add up to ' || s.balance
        FROM accounts a, (SELECT coalesce(sum(balance_micros), 0) AS balance, coalesce(sum(reserved_micros), 0) AS reserved FROM ledger_entries WHERE account_id = @id) s
        WHERE a.id = @id AND a.balance_micros <> s.balance
        UNION ALL
        SELECT 'reserved_is_sum', a.id, a.reserved_micros || ' are reserved and the rows add up to ' || s.reserved
        FROM accounts a, (SELECT coalesce(sum(reserved_micros), 0) AS reserved FROM ledger_entries WHERE account_id = @id) s
        WHERE a.id = @id AND a.reserved_micros <> s.reserved
        """;

    // What budgets and bounds of tasks in flight are held against: the sums of an account, its days, and its tasks say the same.
    private const string Spent =
        """
        WITH days AS (
            SELECT coalesce(sum(reserved_micros + settled_micros), 0) AS spent, coalesce(sum(created_count - completed_count - failed_count), 0) AS unfinished
            FROM spending WHERE account_id = @id)
        SELECT 'spent_is_sum', a.id,
            'it spent ' || a.spent_micros || ' with ' || a.in_flight_count || ' unfinished tasks, and its days ' || d.spent || ' with ' || d.unfinished
        FROM accounts a, days d WHERE a.id = @id AND (a.spent_micros <> d.spent OR a.in_flight_count <> d.unfinished)
        UNION ALL
        SELECT 'spent_is_tasks', @id, 'its days spent ' || d.spent || ' with ' || d.unfinished || ' unfinished tasks, and its tasks ' || t.spent || ' with ' || t.unfinished
        FROM days d, (
            SELECT coalesce(sum(CASE WHEN finished_at IS NULL THEN price_micros ELSE coalesce(settled_micros, 0) END), 0) AS spent,
                count(CASE WHEN finished_at IS NULL THEN 1 END) AS unfinished
            FROM tasks WHERE account_id = @id) t
        WHERE d.spent <> t.spent OR d.unfinished <> t.unfinished
        """;

    // Unfinished tasks are few, and an index of their own finds them.
    private const string Open =
        """
        SELECT 'reserved_is_open', a.id, a.reserved_micros || ' are reserved and unfinished tasks hold ' || coalesce(o.micros, 0)
        FROM accounts a LEFT JOIN (
            SELECT account_id, sum(price_micros) AS micros FROM tasks WHERE (finished_at IS NULL OR open_attempt IS NOT NULL) AND finished_at IS NULL
            GROUP BY account_id) o ON o.account_id = a.id
        WHERE a.reserved_micros <> coalesce(o.micros, 0)
        """;

    private const string Tasks =
        """
        WITH page AS (SELECT * FROM tasks WHERE id > @after ORDER BY id LIMIT @page),
        rows AS (
            SELECT t.id, t.account_id, t.phase, t.finished_at, t.price_micros AS price, t.settled_micros AS settled,
                count(CASE l.kind WHEN 'reserve' THEN 1 END) AS reserves,
                count(CASE l.kind WHEN 'settle' THEN 1 END) AS settles,
                count(CASE l.kind WHEN 'release' THEN 1 END) AS releases,
                sum(CASE l.kind WHEN 'reserve' THEN l.reserved_micros ELSE 0 END) AS reserved,
                coalesce(sum(l.reserved_micros), 0) AS held, -coalesce(sum(l.balance_micros), 0) AS taken,
                count(CASE WHEN l.account_id <> t.account_id THEN 1 END) AS strangers
            FROM page t LEFT JOIN ledger_entries l ON l.task_id = t.id
            GROUP BY t.id, t.account_id, t.phase, t.finished_at, t.price_micros, t.settled_micros)
        SELECT 'reserved_once', id, reserves || ' reservations of ' || coalesce(reserved, 0) || ', the price is ' || price FROM rows WHERE reserves <> 1 OR reserved <> price
        UNION ALL SELECT 'closed_once', id, 'it is ' || phase || ' with ' || (settles + releases) || ' closing rows' FROM rows
            WHERE (finished_at IS NOT NULL AND settles + releases <> 1) OR (finished_at IS NULL AND settles + releases <> 0)
        UNION ALL SELECT 'held_while_open', id, 'it is ' || phase || ' and holds ' || held || ' of ' || price FROM rows
            WHERE held <> CASE WHEN finished_at IS NULL THEN price ELSE 0 END
        UNION ALL SELECT 'settled_as_taken', id, 'settled at ' || coalesce(CAST(settled AS TEXT), 'nothing') || ', ' || taken || ' was taken' FROM rows
            WHERE taken <> coalesce(settled, 0) OR (settles > 0) <> (settled IS NOT NULL)
        UNION ALL SELECT 'settled_within_reserve', id, 'settled at ' || settled || ' of ' || price FROM rows WHERE settled NOT BETWEEN 0 AND price
        UNION ALL SELECT 'completed_is_settled', id, 'it is completed and not settled' FROM rows WHERE phase = 'completed' AND (settles <> 1 OR settled IS NULL)
        UNION ALL SELECT 'own_account', id, strangers || ' rows belong to another account' FROM rows WHERE strangers > 0
        """;

    private const string Strays =
        """
        WITH page AS (SELECT * FROM ledger_entries WHERE id > @after AND id <= @after + @page)
        SELECT 'row_of_a_task', CAST(l.id AS TEXT), 'task ' || l.task_id || ' is not there' FROM page l
        WHERE l.task_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = l.task_id)
        UNION ALL
        SELECT 'row_has_a_task', CAST(l.id AS TEXT), 'a row of kind ' || l.kind || ' names no task' FROM page l WHERE l.task_id IS NULL AND l.kind <> 'adjust'
        """;

    /// <summary>The audit of the server's own database.</summary>
    public SqlLedgerAudit(Database database)
        : this(database.Read)
    {
    }

    /// <summary>Audits a database from outside, whether or not a server has it open.</summary>
    /// <param name="path">The file; nothing is written to it.</param>
    public static AuditReport OfFile(string path)
    {
        Reelay.Storage.SqliteLibrary.Init();
        var file = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        using var connection = new SqliteConnection(file.ToString());
        connection.Open();
        using var reader = new ReadConnection(connection);
        return new SqlLedgerAudit(look => look(reader)).Run();
    }

    /// <summary>Audits a PostgreSQL database from outside.</summary>
    /// <param name="connection">Connection string; nothing is written.</param>
    public static AuditReport OfPostgres(string connection)
    {
        using var database = new PostgresDatabase(connection, new PostgresOptions { MaxConnections = 4, CommandSeconds = 600 });
        return new SqlLedgerAudit(database).Run();
    }

    /// <inheritdoc/>
    public AuditReport Run(CancellationToken cancellationToken = default)
    {
        var found = new List<AuditViolation>();
        var accounts = 0L;
        foreach (var id in Column("SELECT id FROM accounts ORDER BY id", null))
        {
            accounts++;
            Look(found, Sums, ("@id", id));
            Look(found, Spent, ("@id", id));
            cancellationToken.ThrowIfCancellationRequested();
        }

        Look(found, Open);
        var tasks = 0L;
        for (string? after = ""; after is not null;)
        {
            var ids = Column("SELECT id FROM tasks WHERE id > @after ORDER BY id LIMIT @page", after);
            if (ids.Count > 0) Look(found, Tasks, ("@after", after), ("@page", ids.Count));
            tasks += ids.Count;
            after = ids.Count == Page ? ids[^1] : null;
            cancellationToken.ThrowIfCancellationRequested();
        }

        var last = long.Parse(Column("SELECT CAST(coalesce(max(id), 0) AS TEXT) FROM ledger_entries", null)[0]);
        var entries = long.Parse(Column("SELECT CAST(count(*) AS TEXT) FROM ledger_entries", null)[0]);
        for (var from = 0L; from < last; from += Page)
        {
            Look(found, Strays, ("@after", from), ("@page", Page));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new AuditReport(accounts, tasks, entries, [.. found.Take(AuditReport.MaxViolations)]);
    }

    private void Look(List<AuditViolation> found, string sql, params (string Name, object? Value)[] values)
    {
        if (found.Count >= AuditReport.MaxViolations) return;
        found.AddRange(read(connection => connection.Query(Map, sql, values)));
    }

    private List<string> Column(string sql, string? after)
    {
        var column = new List<string>();
        read(connection =>
        {
            column = after is null ? connection.Query(row => row.GetString(0), sql)
                : connection.Query(row => row.GetString(0), sql, ("@after", after), ("@page", Page));
            return [];
        });
        return column;
    }

    private static AuditViolation Map(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2));
}
