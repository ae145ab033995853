using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.GoogleOmni;

/// <summary>An interaction as it is read; every field may be missing.</summary>
internal sealed record GoogleOmniInteraction
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    /// <summary>A list of <c>{type, content: [{type, uri or data or text}], error}</c>.</summary>
    public JsonElement Steps { get; init; }

    /// <summary>Tokens, in all and by modality.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>A list of <c>{code, message}</c>.</summary>
    public JsonElement Errors { get; init; }

    public JsonElement Error { get; init; }
}

/// <summary>The stored reference of an order.</summary>
internal sealed record GoogleOmniReference(string Id);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(GoogleOmniInteraction))]
internal sealed partial class GoogleOmniWire : JsonSerializerContext;

/// <summary>Our own shapes, read strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(GoogleOmniOptions))]
[JsonSerializable(typeof(GoogleOmniReference))]
internal sealed partial class GoogleOmniJson : JsonSerializerContext;
