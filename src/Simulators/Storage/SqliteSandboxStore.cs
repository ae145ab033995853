using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Reelay.Simulators;

/// <summary>Keeps everything in a SQLite file. Reads come from memory; a write is committed before it is seen.</summary>
/// <remarks>
/// The log is flushed to the disk at checkpoints only: rows survive the end of any process, not a power cut. The sandbox judges crashes of
/// the gateway, and a commit without a disk flush keeps it out of the measurements.
/// </remarks>
public sealed class SqliteSandboxStore : ISandboxStore
{
    private const int SchemaVersion = 1;

    // Notes share the table of the settings; no setting's name begins so.
    private const string NotePrefix = "note/";
    private readonly Lock _lock = new();
    private readonly MemorySandboxStore _memory = new();
    private readonly SqliteConnection _connection;

    static SqliteSandboxStore() => Reelay.Storage.SqliteLibrary.Init();

    /// <summary>Opens the file, making it and its folder if need be.</summary>
    /// <exception cref="InvalidOperationException">The file is of another version of the sandbox.</exception>
    public SqliteSandboxStore(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;");
            CreateTables(path);
            Load();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Add(SubmissionRow submission, SimulatedJob? job)
    {
        lock (_lock)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            Execute(
                """
                INSERT INTO submissions(provider, time, model, prompt, credential, client_reference, upstream_id, accepted)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                submission.Provider, submission.Time.ToUnixTimeMilliseconds(), submission.Model, submission.Prompt, submission.Credential,
                submission.ClientReference, submission.UpstreamId, submission.Accepted ? 1 : 0);
            if (job is not null)
                Execute("INSERT INTO jobs(provider, id, body) VALUES ($1, $2, $3)", job.Provider, job.Id, Json(job));
            transaction.Commit();
            _memory.Add(submission, job);
        }
    }

    /// <inheritdoc/>
    public void Update(SimulatedJob job)
    {
        lock (_lock)
        {
            Execute("UPDATE jobs SET body = $3 WHERE provider = $1 AND id = $2", job.Provider, job.Id, Json(job));
            _memory.Update(job);
        }
    }

    /// <inheritdoc/>
    public SimulatedJob? FindJob(string provider, string id) => _memory.FindJob(provider, id);

    /// <inheritdoc/>
    public IEnumerable<SimulatedJob> Jobs(string provider) => _memory.Jobs(provider);

    /// <inheritdoc/>
    public IReadOnlyList<SubmissionRow> Submissions(SubmissionFilter filter) => _memory.Submissions(filter);

    /// <inheritdoc/>
    public SpeedState? LoadSpeed() => _memory.LoadSpeed();

    /// <inheritdoc/>
    public void SaveSpeed(SpeedState state)
    {
        lock (_lock)
        {
            SaveSetting("speed", JsonSerializer.Serialize(state, SandboxJson.Default.SpeedState));
            _memory.SaveSpeed(state);
        }
    }

    /// <inheritdoc/>
    public void SaveNote(string name, string text)
    {
        lock (_lock)
        {
            SaveSetting(NotePrefix + name, text);
            _memory.SaveNote(name, text);
        }
    }

    /// <inheritdoc/>
    public string? FindNote(string name) => _memory.FindNote(name);

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_lock)
        {
            Execute("BEGIN; DELETE FROM submissions; DELETE FROM jobs; DELETE FROM settings; COMMIT;");
            _memory.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _connection.Dispose();
    }

    private static string Json(SimulatedJob job) => JsonSerializer.Serialize(job, SandboxJson.Default.SimulatedJob);

    private void CreateTables(string path)
    {
        using SqliteCommand version = _connection.CreateCommand();
        version.CommandText = "PRAGMA user_version";
        long found = (long)version.ExecuteScalar()!;
        if (found == SchemaVersion)
            return;
        if (found != 0)
            throw new InvalidOperationException($"{path} is of version {found} of the sandbox, this is {SchemaVersion}: remove the file.");
        Execute(
            $"""
            BEGIN;
            CREATE TABLE submissions(
                sequence INTEGER PRIMARY KEY, provider TEXT NOT NULL, time INTEGER NOT NULL, model TEXT, prompt TEXT, credential TEXT,
                client_reference TEXT, upstream_id TEXT, accepted INTEGER NOT NULL CHECK (accepted = (upstream_id IS NOT NULL)));
            CREATE TABLE jobs(
                sequence INTEGER PRIMARY KEY, provider TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (provider, id));
            CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
            PRAGMA user_version = {SchemaVersion};
            COMMIT;
            """);
    }

    private void Load()
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT body FROM jobs ORDER BY sequence";
        using (SqliteDataReader rows = command.ExecuteReader())
        {
            while (rows.Read())
                _memory.AddJob(JsonSerializer.Deserialize(rows.GetString(0), SandboxJson.Default.SimulatedJob)!);
        }

        command.CommandText =
            "SELECT provider, time, model, prompt, credential, client_reference, upstream_id FROM submissions ORDER BY sequence";
        using (SqliteDataReader rows = command.ExecuteReader())
        {
            while (rows.Read())
                _memory.Add(ReadSubmission(rows), null);
        }

        command.CommandText = "SELECT name, value FROM settings";
        using SqliteDataReader settings = command.ExecuteReader();
        while (settings.Read())
        {
            string name = settings.GetString(0);
            if (name.StartsWith(NotePrefix, StringComparison.Ordinal))
                _memory.SaveNote(name[NotePrefix.Length..], settings.GetString(1));
            else
                _memory.SaveSpeed(JsonSerializer.Deserialize(settings.GetString(1), SandboxJson.Default.SpeedState)!);
        }
    }

    private static SubmissionRow ReadSubmission(SqliteDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new SubmissionRow
        {
            Provider = row.GetString(0),
            Time = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
            Model = Text(2),
            Prompt = Text(3),
            Credential = Text(4),
            ClientReference = Text(5),
            UpstreamId = Text(6),
        };
    }

    private void SaveSetting(string name, string value) => Execute(
        "INSERT INTO settings(name, value) VALUES ($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value", name, value);

    private void Execute(string sql, params object?[] values)
    {
        using SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only the literals of this file are run.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int index = 0; index < values.Length; index++)
            command.Parameters.AddWithValue($"${index + 1}", values[index] ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}
