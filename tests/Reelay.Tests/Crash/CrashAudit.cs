using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Reelay.Server.Billing;
using Reelay.Server.Storage;

namespace Reelay.Tests.Crash;

/// <summary>Reads what a server has left behind in its folder, with SQL of its own, and says everything that is wrong with it.</summary>
internal sealed class CrashAudit : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly string assets;
    private readonly string database;

    public CrashAudit(string folder)
    {
        Reelay.Storage.SqliteLibrary.Init();
        assets = Path.Combine(folder, "assets");
        database = Path.Combine(folder, "reelay.db");
        connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        Tasks = connection.Query(
            row => new AuditedTask(
                row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), !row.IsDBNull(4), !row.IsDBNull(5)),
            "SELECT id, json_extract(order_json, '$.prompt'), phase, error_code, deleted_at, discarded_at FROM tasks ORDER BY id");
    }

    /// <summary>Every task there is.</summary>
    public IReadOnlyList<AuditedTask> Tasks { get; }

    /// <summary>Folders of uploads that no task names: orders whose server died between file and row.</summary>
    public int OrphanedInputCount { get; private set; }

    /// <summary>Live tasks, read from outside while the server runs.</summary>
    public long LiveCount => connection.Scalar<long>("SELECT count(*) FROM tasks WHERE finished_at IS NULL OR open_attempt IS NOT NULL");

    /// <summary>Attempts whose answer was lost and whose order was found again in the upstream's list.</summary>
    public long FoundAgainCount =>
        connection.Scalar<long>("SELECT count(*) FROM attempts WHERE upstream_id IS NOT NULL AND submitted_at >= send_by");

    /// <summary>The upstream's id of a task's only attempt, or null.</summary>
    public string? UpstreamIdOf(string taskId) =>
        connection.Scalar<string>("SELECT upstream_id FROM attempts WHERE task_id = @id", ("@id", taskId));

    public void Dispose() => connection.Dispose();

    /// <summary>Everything that must hold once all is quiet.</summary>
    public List<string> FindMistakes(IReadOnlyList<Reached> submissions) =>
        [.. Rows(), .. Money(), .. Submissions(submissions), .. Files(), .. StrayFiles()];

    private List<string> Rows() =>
    [
        .. Texts("SELECT id || ' is still ' || phase FROM tasks WHERE finished_at IS NULL"),
        .. Texts("SELECT id || ' names attempt ' || open_attempt || ' as open' FROM tasks WHERE open_attempt IS NOT NULL"),
        .. Texts("SELECT task_id || ' has the open attempt ' || number FROM attempts WHERE ended_at IS NULL"),
        .. Texts("PRAGMA integrity_check").Where(line => line != "ok"),
        .. connection.Query(row => $"{row.GetString(0)} row {row.GetInt64(1)} refers to nothing", "PRAGMA foreign_key_check"),
    ];

    // The server's own audit, and what only holds when all is quiet.
    private List<string> Money() =>
    [
        .. SqlLedgerAudit.OfFile(database).Violations.Select(found => $"{found.Check} {found.Id}: {found.Message}"),
        .. Texts("SELECT id || ' has ' || reserved_micros || ' reserved' FROM accounts WHERE reserved_micros <> 0"),
        .. Texts("SELECT id || ' is completed and settled at nothing' FROM tasks WHERE phase = 'completed' AND settled_micros < 1"),
    ];

    // The upstream's side of the story against ours.
    private List<string> Submissions(IReadOnlyList<Reached> submissions)
    {
        var accepted = submissions.Where(row => row.Accepted).ToLookup(row => row.Prompt, row => row.UpstreamId!);
        var known = connection.Query(
            row => (Task: row.GetString(0), UpstreamId: row.GetString(1)),
            "SELECT task_id, upstream_id FROM attempts WHERE upstream_id IS NOT NULL")
            .ToLookup(row => row.Task, row => row.UpstreamId);
        var mistakes = new List<string>();
        var ordered = Tasks.ToLookup(task => task.Prompt);
        foreach (var group in accepted)
        {
            if (group.Count() > 1) mistakes.Add($"'{group.Key}' was accepted {group.Count()} times upstream");
            if (!ordered.Contains(group.Key)) mistakes.Add($"'{group.Key}' was accepted upstream and has no task");
        }

        mistakes.AddRange(ordered.Where(group => group.Count() > 1).Select(group => $"'{group.Key}' has {group.Count()} tasks"));
        foreach (var task in Tasks.Where(task => task.Phase == "completed"))
        {
            var made = accepted[task.Prompt].ToList();
            if (made.Count != 1) mistakes.Add($"{task.Id} is completed, and {made.Count} orders of it were accepted");
            else if (!known[task.Id].SequenceEqual(made)) mistakes.Add($"{task.Id} was completed from another order than its own");
        }

        return mistakes;
    }

    private List<string> Files()
    {
        var mistakes = new List<string>();
        foreach (var task in Tasks.Where(task => task is { Phase: "completed", IsDiscarded: false }))
        {
            var files = connection.Query(
                row => (Key: row.GetString(0), Size: row.GetInt64(1), Sha256: row.GetString(2)),
                "SELECT key, size_bytes, sha256 FROM assets WHERE task_id = @id",
                ("@id", task.Id));
            if (files.Count != 1) mistakes.Add($"{task.Id} is completed and has {files.Count} files");
            foreach (var file in files)
            {
                var stored = new FileInfo(Path.Combine(assets, file.Key));
                if (!stored.Exists) mistakes.Add($"{file.Key} is not there");
                else if (stored.Length != file.Size) mistakes.Add($"{file.Key} has {stored.Length} bytes instead of {file.Size}");
                else if (Hash(stored.FullName) != file.Sha256) mistakes.Add($"{file.Key} has another hash than was noted");
            }
        }

        return mistakes;
    }

    private List<string> StrayFiles()
    {
        var mistakes = new List<string>();
        var named = Texts("SELECT key FROM assets")
            .Concat(Texts(
                """
                SELECT json_extract(m.value, '$.asset_key') FROM tasks, json_each(order_json, '$.media') m WHERE discarded_at IS NULL
                """))
            .ToHashSet(StringComparer.Ordinal);
        var failed = Tasks.Where(task => task.Phase == "failed").Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.Exists(assets) ? Directory.EnumerateFiles(assets, "*", SearchOption.AllDirectories) : [])
        {
            var key = Path.GetRelativePath(assets, path).Replace('\\', '/');
            if (named.Remove(key) || failed.Contains(key[..key.IndexOf('/', StringComparison.Ordinal)])) continue;
            if (key.StartsWith("inputs/", StringComparison.Ordinal)) OrphanedInputCount++;
            else mistakes.Add($"{key} belongs to nobody");
        }

        return [.. mistakes, .. named.Select(key => $"{key} is named by a row and not there")];
    }

    private List<string> Texts(string sql) => connection.Query(row => row.GetString(0), sql);

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>A task as its row says.</summary>
internal sealed record AuditedTask(string Id, string Prompt, string Phase, string? ErrorCode, bool IsDeleted, bool IsDiscarded);
