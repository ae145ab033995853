using System.Text.Json;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>Somebody who now and then decides about a lost submission.</summary>
internal sealed class Operator(RunState run, Func<Node?> node, Disk disk, string key)
{
    private static readonly string[] Actions = ["mark-lost", "resubmit", "adopt"];

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        if (run.Scenario.OperatorEverySeconds == 0) return;
        var strand = run.Scheduler.NewStrand("operator");
        var time = new StrandTime(run.Scheduler, strand);
        var client = new Client(run, node, time, key);
        strand.Post(async _ =>
        {
            while (!run.IsQuiet)
            {
                await Task.Delay(TimeSpan.FromSeconds(run.Scenario.OperatorEverySeconds), time);
                if (FindLost() is { } id) await DecideAsync(client, id);
            }
        }, null);
    }

    private string? FindLost() => disk.Database.Read(connection => connection.Query(
        row => row.GetString(0),
        "SELECT id FROM tasks WHERE phase = 'reconciling' OR error_code = 'submission_outcome_unknown' ORDER BY id")) is { Count: > 0 } ids
            ? ids[run.Random.Next(ids.Count)] : null;

    private async Task DecideAsync(Client client, string id)
    {
        var action = Actions[run.Random.Next(Actions.Length)];
        var body = JsonSerializer.SerializeToUtf8Bytes(action == "adopt"
            ? new Dictionary<string, string> { ["upstream_id"] = "video_unknown" + run.Random.Next(10) } : []);
        var reply = await client.SendAsync(new Call("POST", $"/admin/v1/tasks/{id}/{action}", body));
        run.Trace.Add($"{run.Clock} operator {action} {id} {reply?.Status}");
    }
}
