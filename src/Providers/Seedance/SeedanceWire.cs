using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Seedance;

/// <summary>A task as answers, lists and callbacks describe it; only what is used, and every field may be missing.</summary>
internal sealed record SeedanceTask
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    /// <summary>An object with <c>code</c> and <c>message</c>; null unless it failed.</summary>
    public JsonElement Error { get; init; }

    /// <summary>An object with <c>video_url</c>.</summary>
    public JsonElement Content { get; init; }

    /// <summary>An object with <c>completion_tokens</c>.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>Whole seconds.</summary>
    public decimal? Duration { get; init; }
}

/// <summary>What is stored to poll a task with.</summary>
internal sealed record SeedanceReference(string Id);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(SeedanceTask))]
internal sealed partial class SeedanceWire : JsonSerializerContext;

/// <summary>Our own shapes, read strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SeedanceOptions))]
[JsonSerializable(typeof(SeedanceReference))]
internal sealed partial class SeedanceJson : JsonSerializerContext;
