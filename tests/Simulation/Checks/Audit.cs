using Reelay.Server.Billing;
using Reelay.Server.Routing;
using Reelay.Simulation.World;

namespace Reelay.Simulation.Checks;

/// <summary>What must hold when all is quiet, read with SQL of its own and counted from the upstreams' side.</summary>
internal sealed class Audit(Disk disk, Upstreams upstreams, Callers callers)
{
    /// <summary>Tasks that somebody still has to do something about, and mail that is still to be read.</summary>
    public long LiveCount => Number(
        "SELECT (SELECT count(*) FROM tasks WHERE finished_at IS NULL OR open_attempt IS NOT NULL) + (SELECT count(*) FROM task_inbox)");

    /// <summary>How the tasks ended, and how many each way.</summary>
    public IReadOnlyList<(string End, long Count)> Ends => disk.Database.Read(connection => connection.Query(
        row => (row.GetString(0), row.GetInt64(1)), "SELECT coalesce(error_code, phase), count(*) FROM tasks GROUP BY 1 ORDER BY 1"));

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> FindMistakes() => [.. Rows(), .. Money(), .. Orders(), .. Submissions(), .. Files()];

    /// <summary>What is wrong in the memory of the process that has outlived all others.</summary>
    public static IEnumerable<string> OfMemory(Node node)
    {
        foreach (var channel in node.Services.GetRequiredService<ChannelSet>().All)
        {
            if (channel.State.InFlight != 0) yield return $"channel {channel.Id} has {channel.State.InFlight} slots taken and nothing in flight";
            if (channel.State.Waiting != 0) yield return $"{channel.State.Waiting} tasks stand in the line of channel {channel.Id} and nothing waits";
        }
    }

    private List<string> Rows() =>
    [
        .. Texts("SELECT id || ' is still ' || phase FROM tasks WHERE finished_at IS NULL"),
        .. Texts("SELECT id || ' has ended and its attempt ' || open_attempt || ' is open' FROM tasks WHERE finished_at IS NOT NULL AND open_attempt IS NOT NULL"),
        .. Texts("SELECT task_id || ' has the open attempt ' || number FROM attempts WHERE ended_at IS NULL"),
        .. Texts("SELECT channel_account || ' ' || upstream_id || ' was adopted ' || count(*) || ' times' FROM attempts WHERE upstream_id IS NOT NULL "
            + "GROUP BY channel_account, upstream_id HAVING count(*) > 1"),
        .. Texts("SELECT 'mail of ' || task_id || ' lies unread' FROM task_inbox"),
        .. Texts("PRAGMA integrity_check").Where(line => line != "ok"),
    ];

    private List<string> Money() =>
    [
        .. new SqlLedgerAudit(disk.Database).Run().Violations.Select(found => $"{found.Check} {found.Id}: {found.Message}"),
        .. Texts("SELECT id || ' holds ' || reserved_micros || ' reserved' FROM accounts WHERE reserved_micros <> 0"),
    ];

    // What was answered is there; one order of a caller is one task.
    private IEnumerable<string> Orders()
    {
        var resubmitted = Number("SELECT count(*) FROM task_actions WHERE new_task_id IS NOT NULL");
        foreach (var order in callers.Orders.Where(order => order.Id is not null))
        {
            if (Number("SELECT count(*) FROM tasks WHERE id = $id", ("$id", order.Id)) != 1) yield return $"{order.Id} was answered and is not there";
        }

        foreach (var group in callers.Orders.GroupBy(order => (order.Prompt, order.Model)))
        {
            var count = Tasks(group.Key.Prompt, group.Key.Model);
            if (count > group.Count() + resubmitted) yield return $"{group.Count()} orders of '{group.Key}' became {count} tasks";
        }
    }

    // Counted from the upstreams' side: one accepted order for a task, and one more for every attempt the upstream failed or an operator asked for.
    private IEnumerable<string> Submissions()
    {
        foreach (var group in upstreams.Accepted.GroupBy(report => (Prompt: report.Row.Prompt ?? "", report.Row.Model)))
        {
            var model = group.Key.Model ?? "";
            var allowed = Number(
                "SELECT coalesce(sum(1 + failover_count), 0) FROM tasks WHERE json_extract(order_json, '$.prompt') = $prompt AND model = $model",
                ("$prompt", group.Key.Prompt), ("$model", model));
            allowed += Number(
                "SELECT count(*) FROM task_actions a JOIN tasks t ON t.id = a.task_id WHERE a.action = 'resubmit' AND a.refusal_code IS NULL "
                + "AND json_extract(t.order_json, '$.prompt') = $prompt AND t.model = $model", ("$prompt", group.Key.Prompt), ("$model", model));
            if (group.Count() > allowed) yield return $"upstreams took '{group.Key}' on {group.Count()} times, {allowed} are allowed";
        }

        foreach (var completed in Texts("SELECT t.id || ' is completed without an attempt that was' FROM tasks t WHERE t.phase = 'completed' AND NOT EXISTS "
            + "(SELECT 1 FROM attempts a WHERE a.task_id = t.id AND a.outcome = 'completed')")) yield return completed;
    }

    private IEnumerable<string> Files() => disk.Database.Read(connection => connection.Query(
            row => (Task: row.GetString(0), Key: row.GetString(1), Size: row.GetInt64(2)),
            "SELECT a.task_id, a.key, a.size_bytes FROM assets a JOIN tasks t ON t.id = a.task_id WHERE t.discarded_at IS NULL AND t.deleted_at IS NULL"))
        .Where(row => disk.Assets.SizeOf(row.Key) != row.Size).Select(row => $"the file {row.Key} of {row.Task} is not there");

    private long Tasks(string prompt, string model) => Number(
        "SELECT count(*) FROM tasks WHERE json_extract(order_json, '$.prompt') = $prompt AND model = $model", ("$prompt", prompt), ("$model", model));

    private List<string> Texts(string sql) => disk.Database.Read(connection => connection.Query(row => row.GetString(0), sql));

    private long Number(string sql, params (string Name, object? Value)[] parameters) =>
        disk.Database.Read(connection => connection.Query(row => row.GetInt64(0), sql, parameters))[0];
}
