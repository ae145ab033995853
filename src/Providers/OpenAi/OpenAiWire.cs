using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.OpenAi;

/// <summary>A job as the servers of this protocol describe it; every field may be missing or of another type.</summary>
internal sealed record OpenAiVideo
{
    public string? Id { get; init; }

    public string? TaskId { get; init; }

    public string? Object { get; init; }

    public string? Model { get; init; }

    public string? Status { get; init; }

    public decimal? Progress { get; init; }

    public decimal? CreatedAt { get; init; }

    public string? Prompt { get; init; }

    public string? Size { get; init; }

    /// <summary>Id of the video this one was made from.</summary>
    public string? RemixedFromVideoId { get; init; }

    /// <summary>Length of the video; TensorRT-LLM calls it <see cref="Duration"/>.</summary>
    public decimal? Seconds { get; init; }

    public decimal? Duration { get; init; }

    /// <summary>How many files there are (SGLang).</summary>
    public decimal? NumOutputs { get; init; }

    public string? Url { get; init; }

    public string? OutputUrl { get; init; }

    public string? VideoUrl { get; init; }

    /// <summary>Some relays: an object with <c>url</c>.</summary>
    public JsonElement Output { get; init; }

    /// <summary>Some servers: a list of objects with <c>url</c> or <c>b64_json</c>.</summary>
    public JsonElement Data { get; init; }

    /// <summary>OpenRouter: a list of links.</summary>
    public JsonElement UnsignedUrls { get; init; }

    /// <summary>new-api: an object with <c>url</c>.</summary>
    public JsonElement Metadata { get; init; }

    /// <summary>Some gateways: an object with counts of tokens, under either family's names.</summary>
    public JsonElement Usage { get; init; }
}

/// <summary>The stored reference of a job.</summary>
internal sealed record OpenAiReference(string Id);

/// <summary>What is kept of a finished video, for later orders that name it.</summary>
internal sealed record OpenAiSource(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Seconds);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(OpenAiVideo))]
internal sealed partial class OpenAiWire : JsonSerializerContext;

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
