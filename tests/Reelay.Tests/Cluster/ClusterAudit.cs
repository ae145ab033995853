using System.Security.Cryptography;
using Npgsql;
using Reelay.Server.Billing;
using Reelay.Server.Storage;

namespace Reelay.Tests.Cluster;

/// <summary>Reads what a cluster has left behind, with SQL of its own, and says everything that is wrong with it.</summary>
internal sealed class ClusterAudit(NpgsqlConnection connection, string address) : IDisposable
{
    public void Dispose() => connection.Dispose();

    /// <summary>Tasks that are not terminal, or have an open attempt.</summary>
    public long LiveCount => connection.Scalar<long>("SELECT count(*) FROM tasks WHERE finished_at IS NULL OR open_attempt IS NOT NULL");

    /// <summary>Every task.</summary>
    public List<ClusterTask> Tasks() => connection.Query(
        row => new ClusterTask(row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3)),
        "SELECT id, order_json::json->>'prompt', phase, error_code FROM tasks ORDER BY id");

    /// <summary>What is known of a task that should be over: its shard's owner and its attempts.</summary>
    public string Describe(ClusterTask task, IReadOnlyList<ClusterNode> nodes) => task + string.Concat(connection.Query(
        row => "\n    " + string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(n => $"{row.GetName(n)}={row.GetValue(n)}"))
            + string.Concat(nodes.Where(node => node.Polls.ContainsKey(row.TextOrNull(9) ?? "")).Select(node => $" polled_by={node.Number}")),
        """
        SELECT t.shard, s.owner, s.epoch, t.version, t.open_attempt, t.cancel_requested_at, t.created_at, a.number, a.channel_id, a.upstream_id,
            a.started_at, a.submitted_at, a.ended_at, a.outcome, n.live_tasks, (SELECT count(*) FROM task_inbox i WHERE i.task_id = t.id) mail
        FROM tasks t JOIN shards s ON s.id = t.shard LEFT JOIN nodes n ON n.id = s.owner LEFT JOIN attempts a ON a.task_id = t.id
        WHERE t.id = @id ORDER BY a.number
        """,
        ("@id", task.Id)));

    /// <summary>Everything that must hold once all is quiet.</summary>
    public List<string> FindMistakes(IReadOnlyList<Submitted> submissions) => [.. Rows(), .. Money(), .. Submissions(submissions)];

    /// <summary>Gets the file of every completed task from the cluster, and holds it against what was noted.</summary>
    /// <param name="checkedBefore">Tasks whose files were right before; more come to them.</param>
    public async Task<List<string>> FilesAsync(HttpClient client, HashSet<string> checkedBefore)
    {
        var mistakes = new List<string>();
        var files = connection.Query(
            row => (Task: row.GetString(0), Size: row.GetInt64(1), Hash: row.GetString(2)),
            """
            SELECT t.id, coalesce(a.size_bytes, -1), coalesce(a.sha256, '') FROM tasks t LEFT JOIN assets a ON a.task_id = t.id AND a.position = 0
            WHERE t.phase = 'completed' AND t.deleted_at IS NULL
            """);
        foreach (var (task, size, hash) in files.Where(file => !checkedBefore.Contains(file.Task)))
        {
            using var response = await client.GetAsync($"/v1/videos/{task}/content", TestContext.Current.CancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            if (!response.IsSuccessStatusCode) mistakes.Add($"the file of {task} answers {(int)response.StatusCode}");
            else if (bytes.Length != size || Convert.ToHexStringLower(SHA256.HashData(bytes)) != hash) mistakes.Add($"the file of {task} is another than was noted");
            else checkedBefore.Add(task);
        }

        return mistakes;
    }

    private List<string> Rows() =>
    [
        .. Texts("SELECT id || ' is still ' || phase FROM tasks WHERE finished_at IS NULL"),
        .. Texts("SELECT id || ' names attempt ' || open_attempt || ' as open' FROM tasks WHERE open_attempt IS NOT NULL"),
        .. Texts("SELECT task_id || ' holds a slot with attempt ' || number FROM attempts WHERE ended_at IS NULL"),
        .. Texts("SELECT i.task_id || ' has an unread message of kind ' || i.kind FROM task_inbox i JOIN tasks t ON t.id = i.task_id"),
        .. Texts("SELECT min(order_json::json->>'prompt') || ' has ' || count(*) || ' tasks' FROM tasks GROUP BY order_json::json->>'prompt' HAVING count(*) > 1"),
        .. Texts("SELECT task_id || ' has ' || count(*) || ' files' FROM assets GROUP BY task_id HAVING count(*) > 1"),
    ];

    // The server's own audit, and what only holds when all is quiet.
    private List<string> Money() =>
    [
        .. SqlLedgerAudit.OfPostgres(address).Violations.Select(found => $"{found.Check} {found.Id}: {found.Message}"),
        .. Texts("SELECT id || ' has ' || reserved_micros || ' reserved' FROM accounts WHERE reserved_micros <> 0"),
        .. Texts("SELECT id || ' counts ' || in_flight_count || ' unfinished tasks' FROM accounts WHERE in_flight_count <> 0"),
        .. Texts("SELECT id || ' is completed and settled at nothing' FROM tasks WHERE phase = 'completed' AND settled_micros < 1"),
    ];

    // The upstreams' side of the story against ours, provider by provider: what was accepted there is an attempt of ours that knows it, or one
    // of unknown outcome; and nothing is there twice.
    private List<string> Submissions(IReadOnlyList<Submitted> submissions)
    {
        var mistakes = new List<string>();
        var attempts = connection.Query(
            row => (Provider: row.GetString(0), UpstreamId: row.TextOrNull(1), Outcome: row.GetString(2), Prompt: row.GetString(3)),
            """
            SELECT c.provider, a.upstream_id, a.outcome, t.order_json::json->>'prompt' FROM attempts a JOIN channels c ON c.id = a.channel_id
            JOIN tasks t ON t.id = a.task_id WHERE a.ended_at IS NOT NULL
            """);
        foreach (var provider in submissions.GroupBy(row => row.Provider))
        {
            var intents = attempts.Where(attempt => attempt.Provider == provider.Key).ToList();
            var known = intents.Where(attempt => attempt.UpstreamId is not null).Select(attempt => attempt.UpstreamId!).ToHashSet(StringComparer.Ordinal);
            var unknown = intents.Where(attempt => attempt.UpstreamId is null && attempt.Outcome == "unknown").ToLookup(attempt => attempt.Prompt);
            var accepted = provider.Where(row => row.Accepted).ToList();
            if (accepted.Count > intents.Count) mistakes.Add($"{provider.Key} accepted {accepted.Count} orders and {intents.Count} were meant for it");
            mistakes.AddRange(accepted.Where(row => !known.Remove(row.UpstreamId!) && !unknown.Contains(row.Prompt))
                .Select(row => $"{provider.Key} accepted {row.UpstreamId} for '{row.Prompt}' and no attempt knows of it"));
            mistakes.AddRange(known.Select(id => $"{provider.Key} never accepted {id}, which an attempt names"));
            mistakes.AddRange(accepted.GroupBy(row => row.Prompt).Where(group => group.Count() > 1)
                .Select(group => $"'{group.Key}' was made {group.Count()} times by {provider.Key}"));
        }

        return mistakes;
    }

    private List<string> Texts(string sql) => connection.Query(row => row.GetString(0), sql);
}

/// <summary>A task as its row says.</summary>
internal sealed record ClusterTask(string Id, string Prompt, string Phase, string? ErrorCode);
