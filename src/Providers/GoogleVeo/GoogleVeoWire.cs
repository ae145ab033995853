using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.GoogleVeo;

/// <summary>An operation as it is read, of either surface; every field may be missing.</summary>
internal sealed record GoogleVeoOperation
{
    public string? Name { get; init; }

    /// <summary>True when finished; absent while running.</summary>
    public JsonElement Done { get; init; }

    /// <summary>An object with <c>code</c>, a gRPC number, and <c>message</c>.</summary>
    public JsonElement Error { get; init; }

    /// <summary>Vertex: <c>videos</c> and <c>raiMedia…</c>; Gemini API: the same inside <c>generateVideoResponse</c>.</summary>
    public GoogleVeoResponse? Response { get; init; }
}

/// <summary>The result of an operation.</summary>
internal sealed record GoogleVeoResponse
{
    /// <summary>Vertex: a list of <c>{bytesBase64Encoded or gcsUri, mimeType}</c>.</summary>
    public JsonElement Videos { get; init; }

    public GoogleVeoResponse? GenerateVideoResponse { get; init; }

    /// <summary>Gemini API: a list of <c>{video: {uri}}</c>.</summary>
    public JsonElement GeneratedSamples { get; init; }

    public decimal? RaiMediaFilteredCount { get; init; }

    public JsonElement RaiMediaFilteredReasons { get; init; }
}

/// <summary>The stored reference of an order.</summary>
internal sealed record GoogleVeoReference(string Name);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(GoogleVeoOperation))]
internal sealed partial class GoogleVeoWire : JsonSerializerContext;

/// <summary>Our own shapes, read strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GoogleVeoOptions))]
[JsonSerializable(typeof(GoogleVeoReference))]
internal sealed partial class GoogleVeoJson : JsonSerializerContext;
