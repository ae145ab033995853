using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>One order and its result: the object of <c>/v1/videos</c>. Keys that are null are left out.</summary>
public sealed record Video
{
    /// <summary><c>task_</c> and 26 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The same as <see cref="Id"/>, for callers of other gateways.</summary>
    public required string TaskId { get; init; }

    /// <summary>Always <c>video</c>, also for pictures.</summary>
    public string Object { get; init; } = "video";

    /// <summary>The public model that was ordered.</summary>
    public required string Model { get; init; }

    /// <summary><c>queued</c>, <c>in_progress</c>, <c>completed</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>0 to 100; never falls; 100 only when completed.</summary>
    public required int Progress { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Seconds as asked, else the default.</summary>
    public required string Seconds { get; init; }

    /// <summary>Size as asked, else the default.</summary>
    public required string Size { get; init; }

    /// <summary>The prompt as asked.</summary>
    public required string Prompt { get; init; }

    /// <summary>When it became terminal, Unix seconds.</summary>
    public long? CompletedAt { get; init; }

    /// <summary>When its file goes, Unix seconds; set on completion.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Why it failed.</summary>
    public VideoError? Error { get; init; }

    /// <summary>The video it was remixed, edited or extended from.</summary>
    public string? RemixedFromVideoId { get; init; }

    /// <summary>Where the result is, with the same key; set on completion.</summary>
    public string? OutputUrl { get; init; }

    /// <summary>Where the result is, for anybody who has the link, until <see cref="ExpiresAt"/>; set on completion.</summary>
    public string? VideoUrl { get; init; }

    /// <summary>The same as <see cref="VideoUrl"/>, for callers of other gateways.</summary>
    public string? Url { get; init; }

    /// <summary>Every result, of an order for more than one.</summary>
    public IReadOnlyList<VideoOutput>? Outputs { get; init; }

    /// <summary>Hints that the model could not honour.</summary>
    public IReadOnlyList<VideoWarning>? Warnings { get; init; }

    /// <summary>What runs and is billed; real values once the result was measured.</summary>
    public VideoEffective? Effective { get; init; }

    /// <summary>The caller's own data; on completion with <see cref="VideoUrl"/> as <c>url</c>, unless the caller has one there.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>The caller's own id.</summary>
    public string? ExternalTaskId { get; init; }

    /// <summary>What the upstream says it used, where it says.</summary>
    public VideoUsage? Usage { get; init; }

    /// <summary>What it costs the account.</summary>
    public VideoCost? Cost { get; init; }

    /// <summary>About how many turns it takes until it gets its place at an upstream, 1 for the next; while it waits for one.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>When its result is to be expected, Unix seconds; absent once it is terminal, and while nothing is known of it.</summary>
    public long? EstimatedCompletionAt { get; init; }
}

/// <summary>Why a video failed.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">Words for people.</param>
/// <param name="Type">Always <c>video_error</c>; some callers expect the key.</param>
public sealed record VideoError(string Code, string Message, string Type = "video_error");

/// <summary>One of several results.</summary>
/// <param name="Index">0 for the first; <c>index</c> of the content route.</param>
/// <param name="Url">Where it is, for anybody who has the link.</param>
public sealed record VideoOutput(int Index, string? Url);

/// <summary>What the upstream says it used. Keys that it does not say are absent.</summary>
public sealed record VideoUsage
{
    /// <summary>Seconds of output it counts.</summary>
    public decimal? Seconds { get; init; }

    /// <summary>Tokens read.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Tokens made.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The same as <see cref="OutputTokens"/>, for callers of other gateways.</summary>
    public long? CompletionTokens { get; init; }

    /// <summary>Tokens in all.</summary>
    public long? TotalTokens { get; init; }
}

/// <summary>What a video costs its account.</summary>
/// <param name="Status"><c>reserved</c> while it is open, then <c>settled</c>, or <c>released</c> where nothing was taken.</param>
/// <param name="Micros">Micro-dollars held or taken.</param>
/// <param name="Amount">The same in dollars, for people.</param>
/// <param name="Basis">What a settlement rests on: <c>measured</c>, <c>reported</c>, <c>requested</c> or <c>rule</c>; absent before.</param>
/// <param name="Currency">Always <c>USD</c>.</param>
public sealed record VideoCost(string Status, long Micros, string Amount, string? Basis, string Currency = "USD");

/// <summary>One hint that could not be honoured.</summary>
public sealed record VideoWarning(string Param, string Code, string Message);

/// <summary>What runs and is billed.</summary>
public sealed record VideoEffective
{
    /// <summary>Width and height in pixels, <c>WxH</c>; absent while an input or the upstream decides it.</summary>
    public string? Size { get; init; }

    /// <summary>Seconds; absent for pictures, and while an input decides it.</summary>
    public string? Seconds { get; init; }

    /// <summary>Resolution tier; absent where an input decides it.</summary>
    public string? Tier { get; init; }

    /// <summary>Quality word, where the model has such a choice.</summary>
    public string? Quality { get; init; }

    /// <summary>Task mode.</summary>
    public required string Mode { get; init; }

    /// <summary>Frames a second, once measured.</summary>
    public double? Fps { get; init; }

    /// <summary>Whether there is sound.</summary>
    public bool? Audio { get; init; }
}

/// <summary>Answer to a delete.</summary>
public sealed record DeletedVideo(string Id, bool Deleted = true, string Object = "video.deleted");
