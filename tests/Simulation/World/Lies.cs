using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulation.World;

/// <summary>Upstreams that say what is not so: progress that falls, states that go back, words nobody knows, lists that lag behind.</summary>
internal sealed class Lies(RunState run)
{
    private static readonly string[] Names = ["status", "task_status"];
    private static readonly string[] Words = ["queued", "in_progress", "processing", "submitted", "completed", "succeed", "failed", "warming_up", ""];

    /// <summary>What is answered in place of the truth, which mostly is the truth.</summary>
    public byte[] Tell(Uri url, byte[] truth, DateTimeOffset now)
    {
        var isList = url.AbsolutePath.EndsWith("/videos", StringComparison.Ordinal);
        if (!isList && !run.Happens(run.Scenario.Lies)) return truth;
        if (Parse(truth) is not { } json) return truth;
        if (isList) Hide(json, now);
        else Change(json);
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private void Change(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is JsonObject inner) Change(inner);
            else if (Names.Contains(name)) json[name] = Words[run.Random.Next(Words.Length)];
            else if (name == "progress") json[name] = run.Random.Next(300) - 100;
        }
    }

    // The youngest, for as long as the channel was told that the list lags behind; and sometimes any: such a list proves presence only.
    private void Hide(JsonObject json, DateTimeOffset now)
    {
        if (json["data"] is not JsonArray rows) return;
        var lag = run.IsQuiet ? 0 : run.Random.Next(Scenario.SearchDelaySeconds - 2);
        var isLying = run.Happens(run.Scenario.Lies);
        foreach (var row in rows.ToList())
        {
            if (isLying || row?["created_at"]?.GetValue<long>() > now.ToUnixTimeSeconds() - lag) rows.Remove(row);
        }
    }

    private static JsonObject? Parse(byte[] text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
