using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Reference;

/// <summary>An upstream of OpenAI's protocol whose every video is the same file.</summary>
/// <remarks>
/// A video is finished at once, or after the seconds that its prompt says (<c>[after:3.25]</c>). It keeps count of the reads of each, and
/// <c>GET /_bench/videos</c> tells per prompt the first number in it, when it was finished (Unix seconds) and how often it was read.
/// </remarks>
internal static partial class Upstream
{
    private static readonly ConcurrentDictionary<string, Made> Videos = new(StringComparer.Ordinal);

    public static void Map(WebApplication app, string video)
    {
        var count = 0;
        app.MapPost("/v1/videos", async (HttpRequest request) =>
        {
            var made = new Made("video_" + Interlocked.Increment(ref count), await PromptAsync(request), Now);
            Videos[made.Id] = made;
            return Answer(made);
        });
        app.MapGet("/v1/videos/{id}", (string id) =>
        {
            if (!Videos.TryGetValue(id, out var made)) return Results.NotFound();
            made.Read();
            return Answer(made);
        });
        app.MapGet("/v1/videos/{id}/content", (string id) => Results.File(Path.GetFullPath(video), "video/mp4"));
        app.MapGet("/_bench/videos", () => Results.Text(
            string.Concat(Videos.Values.Select(made => string.Create(CultureInfo.InvariantCulture, $"{made.Number} {made.FinishedAt:F4} {made.ReadCount}\n"))),
            "text/plain"));
    }

    private static double Now => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static async Task<string> PromptAsync(HttpRequest request)
    {
        if (request.HasFormContentType) return (string?)(await request.ReadFormAsync())["prompt"] ?? "";
        return (string?)(await JsonNode.ParseAsync(request.Body))?["prompt"] ?? "";
    }

    private static IResult Answer(Made made)
    {
        var isDone = Now >= made.FinishedAt;
        return Results.Text(
            new JsonObject
            {
                ["id"] = made.Id,
                ["object"] = "video",
                ["model"] = "sora-2",
                ["status"] = isDone ? "completed" : "in_progress",
                ["progress"] = isDone ? 100 : 0,
                ["created_at"] = (long)made.CreatedAt,
                ["seconds"] = "4",
                ["size"] = "1280x720",
            }.ToJsonString(),
            "application/json");
    }

    [GeneratedRegex(@"\[after:([0-9.]+)\]")]
    private static partial Regex After();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex FirstNumber();

    private sealed class Made(string id, string prompt, double createdAt)
    {
        private int _readCount;

        public string Id { get; } = id;

        public double CreatedAt { get; } = createdAt;

        public string Number { get; } = FirstNumber().Match(prompt) is { Success: true } match ? match.Value : "0";

        public double FinishedAt { get; } = createdAt
            + (After().Match(prompt) is { Success: true } match ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0);

        public int ReadCount => Volatile.Read(ref _readCount);

        public void Read() => Interlocked.Increment(ref _readCount);
    }
}
