using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.OpenAi;

/// <summary>The stored reference of a job.</summary>
internal sealed record OpenAiReference(string Id);

/// <summary>What is kept of a finished video, for later orders that name it.</summary>
internal sealed record OpenAiSource(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Seconds);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OpenAiOptions))]
[JsonSerializable(typeof(OpenAiReference))]
[JsonSerializable(typeof(OpenAiSource))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class OpenAiJson : JsonSerializerContext
{
    /// <summary>Our own shapes, read strictly.</summary>
    public static OpenAiJson Strict => Default;
}
