using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Reference;

/// <summary>An upstream of OpenAI's protocol, and of as much of Kling's as callbacks need, whose every video is the same file.</summary>
/// <remarks>
/// It plays any number of accounts: the first part of a path names one, and may be left out. A video is finished at once, or after the seconds that
/// its prompt says (<c>[after:3.25]</c>); one with <c>[rejected]</c> in its prompt ends without a result. The account <c>endless</c> takes orders and never finishes one; <c>hanging</c> answers no read.
/// <c>GET /_bench/videos</c> tells per video: the first number of its prompt, when it was finished (Unix seconds), how often it was read, and
/// when a read first was told that it is finished (0 if none was).
/// </remarks>
internal static class Upstream
{
    private static readonly ConcurrentDictionary<string, Made> Videos = new(StringComparer.Ordinal);
    private static int _count;

    public static void Map(WebApplication app, string video)
    {
        var file = Path.GetFullPath(video);
        MapAccount(app.MapGroup(""), file);
        MapAccount(app.MapGroup("/{account}"), file);
        KlingUpstream.Map(app, file);
        app.MapGet("/_bench/videos", () => Results.Text(
            string.Concat(Videos.Values.Select(made => string.Create(
                CultureInfo.InvariantCulture, $"{made.Number} {made.FinishedAt:F4} {made.ReadCount} {made.FoundAt:F4}\n"))),
            "text/plain"));
    }

    /// <summary>Notes a new video.</summary>
    public static Made Add(string account, string prompt)
    {
        var made = new Made("video_" + Interlocked.Increment(ref _count), account, prompt);
        Videos[made.Id] = made;
        return made;
    }

    /// <summary>Reads a video's state, as a caller did; null if there is none. Never ends where the account hangs.</summary>
    public static async Task<Made?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        if (!Videos.TryGetValue(id, out var made)) return null;
        if (made.Account == "hanging") await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        made.NoteRead();
        return made;
    }

    private static void MapAccount(RouteGroupBuilder group, string file)
    {
        group.MapPost("/v1/videos", async (HttpRequest request) => Answer(Add(AccountOf(request), await PromptAsync(request))));
        group.MapGet("/v1/videos/{id}", async (string id, HttpContext context) =>
        {
            try
            {
                return await ReadAsync(id, context.RequestAborted) is { } made ? Answer(made) : Results.NotFound();
            }
            catch (OperationCanceledException)
            {
                return Results.Empty;
            }
        });
        group.MapGet("/v1/videos/{id}/content", (string id) => Results.File(file, "video/mp4"));
    }

    /// <summary>The first part of the path, or nothing.</summary>
    public static string AccountOf(HttpRequest request) => request.RouteValues["account"] as string ?? "";

    private static async Task<string> PromptAsync(HttpRequest request)
    {
        if (request.HasFormContentType) return (string?)(await request.ReadFormAsync())["prompt"] ?? "";
        return (string?)(await JsonNode.ParseAsync(request.Body))?["prompt"] ?? "";
    }

    private static IResult Answer(Made made)
    {
        var isDone = made.IsDone;
        var video = new JsonObject
        {
            ["id"] = made.Id,
            ["object"] = "video",
            ["model"] = "sora-2",
            ["status"] = !isDone ? "in_progress" : made.IsRejected ? "failed" : "completed",
            ["progress"] = isDone && !made.IsRejected ? 100 : 0,
            ["created_at"] = (long)made.CreatedAt,
            ["seconds"] = "4",
            ["size"] = "1280x720",
        };
        if (isDone && made.IsRejected) video["error"] = new JsonObject { ["code"] = "moderation_blocked", ["message"] = "Rejected." };
        return Results.Text(video.ToJsonString(), "application/json");
    }
}
