using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Hailuo;

/// <summary>An answer or a callback of the first protocol; every field may be missing. Ids come as texts and as numbers.</summary>
internal sealed record HailuoAnswer
{
    public string? TaskId { get; init; }

    /// <summary>A word whose case differs between answers and callbacks.</summary>
    public string? Status { get; init; }

    public string? FileId { get; init; }

    /// <summary>An object with <c>status_code</c> and <c>status_msg</c>; beside every answer of the first protocol.</summary>
    public JsonElement BaseResp { get; init; }

    /// <summary>An object with <c>download_url</c>, in the answer to a retrieve.</summary>
    public JsonElement File { get; init; }

    /// <summary>The task of the second protocol.</summary>
    public JsonElement Task { get; init; }
}

/// <summary>A task of the second protocol; every field may be missing.</summary>
internal sealed record HailuoTask
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    /// <summary>An object with <c>url</c>.</summary>
    public JsonElement Content { get; init; }

    /// <summary>An object with <c>output_seconds</c>.</summary>
    public JsonElement Usage { get; init; }

    /// <summary>An object with <c>code</c> and <c>message</c>.</summary>
    public JsonElement Error { get; init; }
}

/// <summary>The stored reference of a task.</summary>
/// <param name="TaskId">The upstream's id.</param>
/// <param name="Protocol"><c>v1</c> or <c>v2</c>; null where only the model is known, whose protocol the channel's options say.</param>
/// <param name="Model">The upstream model, where there is no protocol.</param>
internal sealed record HailuoReference(string TaskId, string? Protocol = null, string? Model = null);

/// <summary>A challenge, and the answer to it.</summary>
internal sealed record HailuoChallenge(string Challenge);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter)])]
[JsonSerializable(typeof(HailuoAnswer))]
[JsonSerializable(typeof(HailuoTask))]
internal sealed partial class HailuoWire : JsonSerializerContext;

/// <summary>Our own shapes, read strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(HailuoOptions))]
[JsonSerializable(typeof(HailuoReference))]
[JsonSerializable(typeof(HailuoChallenge))]
internal sealed partial class HailuoJson : JsonSerializerContext;
