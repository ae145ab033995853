using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Contracts;

namespace Reelay.Server.Api.Dialects;

/// <summary>Videos and pages of them as a key's dialects want them. The default way never comes here.</summary>
internal static class DialectJson
{
    // What OpenAI's own type declares as always there.
    private static readonly string[] VideoKeys =
    [
        "id", "object", "model", "status", "progress", "created_at", "completed_at", "expires_at", "prompt", "size", "seconds",
        "remixed_from_video_id", "error",
    ];

    /// <summary>The status in the words of some dialects.</summary>
    public static string Status(string status, Dialect dialects) =>
        status == "queued" && dialects.HasFlag(Dialect.Pending) ? "pending" : status;

    /// <summary>A video as UTF-8.</summary>
    public static byte[] Render(Video video, Dialect dialects) =>
        JsonAnswer.Serialize(Node(video, dialects), ContractsJson.Default.JsonObject);

    /// <summary>A page of videos as UTF-8.</summary>
    public static byte[] Render(Page<Video> page, Dialect dialects)
    {
        var node = JsonSerializer.SerializeToNode(page with { Data = [] }, ContractsJson.Default.PageVideo)!.AsObject();
        node["data"] = new JsonArray([.. page.Data.Select(video => Node(video, dialects))]);
        return JsonAnswer.Serialize(node, ContractsJson.Default.JsonObject);
    }

    private static JsonObject Node(Video video, Dialect dialects)
    {
        var said = video with { Status = Status(video.Status, dialects) };
        var node = JsonSerializer.SerializeToNode(said, ContractsJson.Default.Video)!.AsObject();
        if (!dialects.HasFlag(Dialect.Nulls)) return node;
        foreach (var key in VideoKeys.Where(key => !node.ContainsKey(key))) node[key] = null;
        return node;
    }
}
