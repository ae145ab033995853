using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>A request after reading, defaulting and validation: what will be made. Stored with the task; never changes.</summary>
public sealed record GenerationOrder
{
    /// <summary>Public model name the caller ordered.</summary>
    public required string Model { get; init; }

    /// <summary>Upstream models that can honour exactly this order, as <c>provider:model</c>; routing chooses only among them.</summary>
    public required IReadOnlyList<string> UpstreamModels { get; init; }

    /// <summary>The prompt as the caller wrote it, or empty in modes that need none.</summary>
    public required string Prompt { get; init; }

    /// <summary>Task mode, asked or inferred: <c>t2v</c>, <c>i2v</c> …</summary>
    public required string Mode { get; init; }

    /// <summary>Seconds as echoed to the caller, for example <c>4</c>.</summary>
    public required string SecondsEcho { get; init; }

    /// <summary>Size as echoed to the caller: what was asked, else the default.</summary>
    public required string SizeEcho { get; init; }

    /// <summary>Seconds that will be made and billed.</summary>
    public required int Seconds { get; init; }

    /// <summary>Width in pixels that will be made.</summary>
    public required int WidthPixels { get; init; }

    /// <summary>Height in pixels that will be made.</summary>
    public required int HeightPixels { get; init; }

    /// <summary>Resolution tier that will be made and billed, for example <c>720p</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Whether the result has sound, or null where the model says nothing.</summary>
    public bool? Audio { get; init; }

    /// <summary>Extra parameters that go upstream, by public name.</summary>
    public JsonObject? Extras { get; init; }

    /// <summary>The caller's metadata, echoed.</summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>The caller's end user: stored, never sent in clear.</summary>
    public string? User { get; init; }

    /// <summary>The caller's own id: stored, echoed, never sent upstream.</summary>
    public string? ExternalTaskId { get; init; }

    /// <summary>Hints that the model cannot honour, listed on the task.</summary>
    public IReadOnlyList<OrderWarning> Warnings { get; init; } = [];

    /// <summary>Input files in the caller's order; durable in the asset store.</summary>
    public IReadOnlyList<OrderMedia> Media { get; init; } = [];
}

/// <summary>One hint that could not be honoured.</summary>
/// <param name="Param">The field.</param>
/// <param name="Code">Stable code, for example <c>unsupported_parameter</c>.</param>
/// <param name="Message">What happened instead.</param>
public sealed record OrderWarning(string Param, string Code, string Message);

/// <summary>One input file of an order.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="AssetKey">Its key in the asset store.</param>
/// <param name="ContentType">Media type found in its bytes.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of its bytes.</param>
public sealed record OrderMedia(MediaRole Role, string AssetKey, string ContentType, long SizeBytes, string Sha256);
