using System.Text.Json.Nodes;

namespace Reelay.Reference;

/// <summary>An upstream of OpenAI's protocol whose every video is finished at once and is the same file.</summary>
internal static class Upstream
{
    public static void Map(WebApplication app, string video)
    {
        var count = 0;
        app.MapPost("/v1/videos", () => Answer("video_" + Interlocked.Increment(ref count)));
        app.MapGet("/v1/videos/{id}", (string id) => Answer(id));
        app.MapGet("/v1/videos/{id}/content", (string id) => Results.File(Path.GetFullPath(video), "video/mp4"));
    }

    private static IResult Answer(string id) => Results.Text(
        new JsonObject
        {
            ["id"] = id,
            ["object"] = "video",
            ["model"] = "sora-2",
            ["status"] = "completed",
            ["progress"] = 100,
            ["created_at"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
            ["seconds"] = "4",
            ["size"] = "1280x720",
        }.ToJsonString(),
        "application/json");
}
