using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>A request after reading, defaulting and validation: what will be made. Stored with the task; never changes.</summary>
public sealed record GenerationOrder
{
    /// <summary>Public model name the caller ordered, echoed to them; may be an alias or a family.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the catalog's row it resolved to, where that is another than <see cref="Model"/>; else null.</summary>
    public string? CatalogModel { get; init; }

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

    /// <summary>Seconds the upstream is asked for, and billed; 0 where it takes none.</summary>
    public required int Seconds { get; init; }

    /// <summary>Seconds that are reserved for, where an input decides the length; else null.</summary>
    public int? BilledSeconds { get; init; }

    /// <summary>Width in pixels that will be made; 0 where an input or the upstream decides.</summary>
    public required int WidthPixels { get; init; }

    /// <summary>Height in pixels that will be made; 0 where an input or the upstream decides.</summary>
    public required int HeightPixels { get; init; }

    /// <summary>Resolution tier that will be made and billed, for example <c>720p</c>; empty where an input decides.</summary>
    public required string Tier { get; init; }

    /// <summary>The vendor's quality word that will be made and billed, or null where the model has no such choice.</summary>
    public string? Quality { get; init; }

    /// <summary>How many outputs are made and billed; at least 1.</summary>
    public int Count { get; init; } = 1;

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

    /// <summary>Where its end is told, or null.</summary>
    public OrderCallback? Callback { get; init; }

    /// <summary>Hints that the model cannot honour, listed on the task.</summary>
    public IReadOnlyList<OrderWarning> Warnings { get; init; } = [];

    /// <summary>Input files in the caller's order; durable in the asset store, except links, which the engine fetches.</summary>
    public IReadOnlyList<OrderMedia> Media { get; init; } = [];

    /// <summary>True once its words, or its input files and links, were removed after their period: it cannot be made again. Null before.</summary>
    public bool? IsForgotten { get; init; }

    /// <summary>The earlier task whose result is extended or edited, or null.</summary>
    public OrderSource? Source { get; init; }
}

/// <summary>Where and how the end of an order is told.</summary>
/// <param name="Url">The caller's address.</param>
/// <param name="Format"><c>event</c> for an event that names the task, <c>task</c> for the task itself.</param>
public sealed record OrderCallback(string Url, string Format);

/// <summary>One hint that could not be honoured.</summary>
/// <param name="Param">The field.</param>
/// <param name="Code">Stable code, for example <c>unsupported_parameter</c>.</param>
/// <param name="Message">What happened instead.</param>
public sealed record OrderWarning(string Param, string Code, string Message);

/// <summary>One input file of an order.</summary>
/// <param name="Role">What it is for.</param>
/// <param name="AssetKey">Its key in the asset store; empty while it is only a link.</param>
/// <param name="ContentType">Media type found in its bytes.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of its bytes.</param>
public sealed record OrderMedia(MediaRole Role, string AssetKey, string ContentType, long SizeBytes, string Sha256)
{
    /// <summary>Where the engine fetches it, or null if it was durable when the order was accepted.</summary>
    public string? Url { get; init; }

    /// <summary>The name the prompt uses for it (characters), or null.</summary>
    public string? Name { get; init; }
}

/// <summary>An earlier task of the same account that an order goes on from.</summary>
public sealed record OrderSource
{
    /// <summary>Its public id.</summary>
    public required string TaskId { get; init; }

    /// <summary>The vendor account that made it, or null if it is no longer known.</summary>
    public string? ChannelAccount { get; init; }

    /// <summary>The upstream's own name of the model that made it, or null.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary>The upstream's id of it, or null.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>What the upstream calls its result, as JSON, or null.</summary>
    public string? OutputReferenceJson { get; init; }

    /// <summary>Whether only the account that made it can serve the order.</summary>
    public bool IsBound { get; init; }
}
