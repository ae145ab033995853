using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Sketch;

/// <summary>A generation as Sketch writes it; only what is used.</summary>
internal sealed record SketchGeneration
{
    [JsonConverter(typeof(LenientTextConverter))]
    public string? Id { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Status { get; init; }

    [JsonConverter(typeof(LenientNumberConverter))]
    public decimal? Progress { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Url { get; init; }

    public JsonElement Error { get; init; }
}

/// <summary>What is stored to poll a generation with.</summary>
internal sealed record SketchReference(string Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SketchGeneration))]
[JsonSerializable(typeof(SketchReference))]
internal sealed partial class SketchJson : JsonSerializerContext;
