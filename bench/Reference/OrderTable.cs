using Microsoft.Data.Sqlite;
using Reelay.Storage;

namespace Reelay.Reference;

/// <summary>As many rows, columns and index entries per order as Reelay writes, with the same durability, and nothing checked.</summary>
internal sealed class OrderTable : IDisposable
{
    public const int MaxBatchCount = 512;

    private const long PriceMicros = 400_000;

    private const string Schema =
        """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
        CREATE TABLE tasks (id TEXT PRIMARY KEY, shard INTEGER, version INTEGER, account_id TEXT, key_id TEXT, model TEXT, prompt TEXT,
            base_url TEXT, seconds TEXT, size TEXT, phase TEXT, price_micros INTEGER, created_at INTEGER, finished_at INTEGER);
        CREATE INDEX tasks_live ON tasks (shard, id) WHERE finished_at IS NULL;
        CREATE INDEX tasks_by_account ON tasks (account_id, id);
        CREATE TABLE ledger_entries (id INTEGER PRIMARY KEY, account_id TEXT, task_id TEXT, attempt INTEGER, kind TEXT,
            balance_micros INTEGER, reserved_micros INTEGER, created_at INTEGER, UNIQUE (task_id, kind, attempt));
        CREATE TABLE accounts (id TEXT PRIMARY KEY, reserved_micros INTEGER);
        INSERT INTO accounts VALUES ('acct_bench', 0);
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand insertTask;
    private readonly SqliteCommand insertEntry;
    private readonly SqliteCommand updateAccount;

    public OrderTable(string path)
    {
        SqliteLibrary.Init();
        connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using (var schema = Command(Schema)) schema.ExecuteNonQuery();
        insertTask = Command(
            "INSERT INTO tasks VALUES ($0, $1, 1, 'acct_bench', 'key_bench', $2, $3, 'http://127.0.0.1', $4, $5, 'accepted', $6, $7, NULL)",
            SqliteType.Text, SqliteType.Integer, SqliteType.Text, SqliteType.Text, SqliteType.Text, SqliteType.Text, SqliteType.Integer,
            SqliteType.Integer);
        insertEntry = Command(
            "INSERT INTO ledger_entries VALUES (NULL, 'acct_bench', $0, 0, 'reserve', 0, $1, $2)",
            SqliteType.Text, SqliteType.Integer, SqliteType.Integer);
        updateAccount = Command("UPDATE accounts SET reserved_micros = reserved_micros + $0 WHERE id = 'acct_bench'", SqliteType.Integer);
    }

    public void Write(List<Waiting> batch)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var waiting in batch)
        {
            var video = waiting.Video;
            Run(insertTask, transaction, video.Id, waiting.Shard, video.Model, video.Prompt, video.Seconds, video.Size, PriceMicros,
                video.CreatedAt);
            Run(insertEntry, transaction, video.Id, PriceMicros, video.CreatedAt);
        }

        Run(updateAccount, transaction, PriceMicros * batch.Count);
        transaction.Commit();
    }

    public void Dispose()
    {
        insertTask.Dispose();
        insertEntry.Dispose();
        updateAccount.Dispose();
        connection.Dispose();
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<SqliteType> types)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < types.Length; i++) command.Parameters.Add(new SqliteParameter("$" + i, types[i]));
        return command;
    }
}
