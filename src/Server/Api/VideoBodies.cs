using Reelay.Contracts;
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
    /// <param name="asset">Its first stored output, or null.</param>
    /// <param name="baseUrl">What links begin with, without a trailing slash.</param>
    public static Video From(GenerationTask task, TaskAsset? asset, string baseUrl)
    {
        var order = task.Order;
        var isCompleted = task.Phase == TaskPhase.Completed;
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
            Warnings = order.Warnings.Count == 0 ? null
                : [.. order.Warnings.Select(warning => new VideoWarning(warning.Param, warning.Code, warning.Message))],
            Effective = Effective(task, asset),
            Metadata = order.Metadata,
            ExternalTaskId = order.ExternalTaskId,
        };
    }

    /// <summary>How long a caller should wait before the next poll, in milliseconds.</summary>
    /// <param name="task">The row.</param>
    /// <param name="expectedSeconds">Usual time from acceptance to result.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static int PollAfterMilliseconds(GenerationTask task, double expectedSeconds, long now)
    {
        var remaining = (expectedSeconds * 1000) - (now - task.CreatedAt);
        return (int)Math.Clamp(remaining / 10, 1000, 5000);
    }

    // What was asked; for an extension, once it is there, the whole it has become.
    private static string SecondsEcho(GenerationTask task, TaskAsset? asset) =>
        task is { Phase: TaskPhase.Completed, Order.Mode: "extend" } && asset?.DurationMilliseconds is { } milliseconds
            ? Math.Round(milliseconds / 1000m, MidpointRounding.AwayFromZero).ToString("0")
            : task.Order.SecondsEcho;

    private static VideoEffective Effective(GenerationTask task, TaskAsset? asset)
    {
        var order = task.Order;
        return new VideoEffective
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
    }

    private static string Seconds(long milliseconds) => (Math.Round(milliseconds / 100m, MidpointRounding.AwayFromZero) / 10m).ToString("0.#");
}
