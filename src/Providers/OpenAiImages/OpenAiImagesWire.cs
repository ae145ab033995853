using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.OpenAiImages;

/// <summary>The <c>usage</c> block of an answer; every field may be missing or of another type.</summary>
internal sealed record OpenAiImagesUsage
{
    /// <summary>Tokens of the prompt and of the pictures that were sent.</summary>
    public decimal? InputTokens { get; init; }

    /// <summary>Tokens of the pictures that were made; what the price is mostly made of.</summary>
    public decimal? OutputTokens { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(OpenAiImagesUsage))]
internal sealed partial class OpenAiImagesWire : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OpenAiImagesOptions))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class OpenAiImagesJson : JsonSerializerContext
{
    /// <summary>Our own shapes, read strictly.</summary>
    public static OpenAiImagesJson Strict => Default;
}
