using System.Globalization;
using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Assets.Links;
using Reelay.Server.Catalog;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Tasks in the words of the public API.</summary>
internal static class VideoBodies
{
    /// <summary>The public state of a phase. Never goes back: a task that was once in progress stays so until it ends.</summary>
    public static string Status(GenerationTask task) => task.Phase switch
    {
        TaskPhase.Completed => "completed",
        TaskPhase.Failed => "failed",
        _ => task.HasStarted ? "in_progress" : "queued",
    };

    /// <summary>The public object.</summary>
    /// <param name="task">The row.</param>
    /// <param name="assets">Its stored outputs; none before its end and after they are gone.</param>
    /// <param name="baseUrl">What links begin with, without a trailing slash.</param>
    /// <param name="links">Signs the links that need no key.</param>
    /// <param name="queuePosition">Where it stands in the line it waits in, or null.</param>
    /// <param name="estimate">When the result is to be expected; null for a terminal task.</param>
    public static Video From(
        GenerationTask task, IReadOnlyList<TaskAsset> assets, string baseUrl, LinkSigner links, int? queuePosition = null,
        CompletionEstimate? estimate = null)
    {
        var order = task.Order;
        var isCompleted = task.Phase == TaskPhase.Completed;
        var asset = assets.Count > 0 ? assets[0] : null;
        var link = isCompleted ? SignedLink(task, null, baseUrl, links) : null;
        return new Video
        {
            Id = task.Id,
            TaskId = task.Id,
            Model = order.Model,
            Status = Status(task),
            Progress = task.Progress,
            CreatedAt = task.CreatedAt / 1000,
            Seconds = SecondsEcho(task, asset),
            Size = order.SizeEcho,
            Prompt = order.Prompt,
            RemixedFromVideoId = order.Source?.TaskId,
            CompletedAt = task.FinishedAt / 1000,
            ExpiresAt = isCompleted ? task.ExpiresAt / 1000 : null,
            Error = task.Error is { } error ? new VideoError(error.Code, error.Message) : null,
            OutputUrl = isCompleted ? $"{baseUrl}/v1/videos/{task.Id}/content" : null,
            VideoUrl = link,
            Url = link,
            Outputs = isCompleted ? Outputs(task, assets.Count, baseUrl, links) : null,
            Warnings = Warnings(order),
            Effective = Effective(order, asset),
            Metadata = Metadata(order.Metadata, link),
            ExternalTaskId = order.ExternalTaskId,
            Usage = task.Usage is { } usage ? Usage(usage) : null,
            Cost = Cost(task),
            QueuePosition = queuePosition,
            EstimatedCompletionAt = estimate is { IsKnown: true } ? (estimate.At + 999) / 1000 : null,
        };
    }

    /// <summary>What a task costs its account: what is held for it while it is open, what was taken at its end.</summary>
    public static VideoCost Cost(GenerationTask task)
    {
        var isOver = task.Phase.IsTerminal();
        var micros = isOver ? task.SettledMicros ?? 0 : task.PriceMicros;
        return new VideoCost(isOver ? (task.SettledMicros is null ? "released" : "settled") : "reserved", micros, Dollars(micros), task.SettlementBasis);
    }

    /// <summary>How long a caller should wait before the next poll, in milliseconds: a tenth of what is left, 1 to 5 s.</summary>
    /// <param name="estimate">When the result is to be expected.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static int PollAfterMilliseconds(CompletionEstimate estimate, long now) => (int)Math.Clamp((estimate.At - now) / 10, 1000, 5000);

    // What it cost the operator is not the caller's to know.
    private static VideoUsage? Usage(Usage usage) => usage with { CostMicros = null } == new Usage() ? null : new()
    {
        Seconds = usage.Seconds,
        InputTokens = usage.InputTokens,
        OutputTokens = usage.OutputTokens,
        CompletionTokens = usage.OutputTokens,
        TotalTokens = usage.InputTokens is null && usage.OutputTokens is null ? null : (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0),
    };

    // What was asked; for an extension, once it is there, the whole it has become.
    private static string SecondsEcho(GenerationTask task, TaskAsset? asset) =>
        task is { Phase: TaskPhase.Completed, Order.Mode: "extend" } && asset?.DurationMilliseconds is { } milliseconds
            ? Math.Round(milliseconds / 1000m, MidpointRounding.AwayFromZero).ToString("0")
            : task.Order.SecondsEcho;

    // Good as long as the file is kept, and the same at every read.
    private static string? SignedLink(GenerationTask task, int? index, string baseUrl, LinkSigner links) =>
        task.ExpiresAt is { } expires ? links.ContentLink(baseUrl, task.Id, index, expires / 1000) : null;

    private static IReadOnlyList<VideoOutput>? Outputs(GenerationTask task, int assetCount, string baseUrl, LinkSigner links)
    {
        // Once the files are gone only the order knows how many there were.
        var count = assetCount > 0 ? assetCount : task.Order.Count;
        if (count == 1 && task.Order.Count == 1) return null;
        return [.. Enumerable.Range(0, count).Select(index => new VideoOutput(index, SignedLink(task, index, baseUrl, links)))];
    }

    // A copy: the order's own object is shared by all who read the task, and stays as the caller sent it.
    private static JsonObject? Metadata(JsonObject? sent, string? link)
    {
        if (link is null || sent?.ContainsKey("url") == true) return sent;
        var metadata = (JsonObject?)sent?.DeepClone() ?? [];
        metadata["url"] = link;
        return metadata;
    }

    /// <summary>What runs and is billed; real values once a file was measured.</summary>
    public static VideoEffective Effective(GenerationOrder order, TaskAsset? asset) => new()
    {
        Size = asset is { WidthPixels: { } width, HeightPixels: { } height } ? $"{width}x{height}"
            : order.WidthPixels > 0 ? $"{order.WidthPixels}x{order.HeightPixels}" : null,
        Seconds = asset?.DurationMilliseconds is { } milliseconds ? Seconds(milliseconds) : order.Seconds > 0 ? order.Seconds.ToString() : null,
        Tier = order.Tier.Length > 0 ? order.Tier : null,
        Quality = order.Quality,
        Mode = order.Mode,
        Fps = asset?.Fps is { } fps ? Math.Round(fps, 3) : null,
        Audio = asset?.HasAudio ?? order.Audio,
    };

    /// <summary>Hints that had no effect, or null if there were none.</summary>
    public static IReadOnlyList<VideoWarning>? Warnings(GenerationOrder order) => order.Warnings.Count == 0 ? null
        : [.. order.Warnings.Select(warning => new VideoWarning(warning.Param, warning.Code, warning.Message))];

    /// <summary>Micro-dollars as dollars, for people.</summary>
    public static string Dollars(long micros) => (micros / 1_000_000m).ToString("0.00####", CultureInfo.InvariantCulture);

    private static string Seconds(long milliseconds) => (Math.Round(milliseconds / 100m, MidpointRounding.AwayFromZero) / 10m).ToString("0.#");
}
