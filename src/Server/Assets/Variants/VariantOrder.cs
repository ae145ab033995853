using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Variants;

/// <summary>A picture to be made.</summary>
/// <param name="Source">The stored output it shows.</param>
/// <param name="Kind">What to make.</param>
/// <param name="Length">How long the output is, measured or as ordered; not looked at for a still picture.</param>
internal sealed record VariantOrder(TaskAsset Source, VariantKind Kind, TimeSpan Length)
{
    /// <summary>What to make of an output of a task.</summary>
    public static VariantOrder From(GenerationTask task, TaskAsset source, VariantKind kind) => new(
        source,
        kind,
        source.DurationMilliseconds is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.FromSeconds(task.Order.Seconds));

    /// <summary>Media type of the picture.</summary>
    public string ContentType => Kind == VariantKind.Thumbnail ? "image/webp" : "image/jpeg";
}

/// <summary>What became of a request for a variant.</summary>
/// <param name="Outcome">Which of the cases.</param>
/// <param name="Variant">The picture, if it is made.</param>
/// <param name="Reason">A sentence for the caller, if it cannot be made.</param>
internal sealed record VariantResult(VariantOutcome Outcome, AssetVariant? Variant = null, string? Reason = null);

/// <summary>The cases.</summary>
internal enum VariantOutcome
{
    /// <summary>It is there.</summary>
    Made,

    /// <summary>The task was deleted, or expired, meanwhile.</summary>
    Gone,

    /// <summary>It cannot be made here or of this file; asking again does not help.</summary>
    Unavailable,

    /// <summary>Too many wait already.</summary>
    Busy,

    /// <summary>The server is stopping.</summary>
    Stopping,
}

/// <summary>A picture could not be made.</summary>
/// <param name="message">A sentence for the caller: no path, no word of a program.</param>
/// <param name="detail">What happened, for the log.</param>
internal sealed class VariantException(string message, string detail) : Exception(message)
{
    /// <summary>What happened, for the log.</summary>
    public string Detail { get; } = detail;
}
