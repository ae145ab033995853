using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers;

/// <summary>A job as the servers and gateways that speak the Videos protocol describe it; every field may be missing or of another type.</summary>
internal sealed record VideosJob
{
    public string? Id { get; init; }

    public string? TaskId { get; init; }

    public string? Object { get; init; }

    public string? Model { get; init; }

    public string? Status { get; init; }

    public decimal? Progress { get; init; }

    public decimal? CreatedAt { get; init; }

    public decimal? CompletedAt { get; init; }

    public decimal? ExpiresAt { get; init; }

    public string? Prompt { get; init; }

    public string? Size { get; init; }

    /// <summary>Id of the video this one was made from.</summary>
    public string? RemixedFromVideoId { get; init; }

    /// <summary>The caller's own id, where the server keeps one.</summary>
    public string? ExternalTaskId { get; init; }

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

    /// <summary>Reelay, for an order of several: a list of objects with <c>index</c> and <c>url</c>.</summary>
    public JsonElement Outputs { get; init; }

    /// <summary>Some servers: a list of objects with <c>url</c> or <c>b64_json</c>.</summary>
    public JsonElement Data { get; init; }

    /// <summary>OpenRouter: a list of links.</summary>
    public JsonElement UnsignedUrls { get; init; }

    /// <summary>new-api: an object with <c>url</c>.</summary>
    public JsonElement Metadata { get; init; }

    /// <summary>Some gateways: an object with counts of tokens, under either family's names.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>A job out of any JSON; null if it is no object.</summary>
    public static VideosJob? Of(JsonElement? json)
    {
        try
        {
            return json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(VideosWire.Default.VideosJob) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(VideosJob))]
internal sealed partial class VideosWire : JsonSerializerContext;
