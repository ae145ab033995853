using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Kling;

/// <summary>A task as answers and callbacks describe it, in the words of either API generation; every field may be missing.</summary>
internal sealed record KlingTask
{
    public string? TaskId { get; init; }

    public string? TaskStatus { get; init; }

    public string? TaskStatusMsg { get; init; }

    /// <summary>Milliseconds.</summary>
    public decimal? CreatedAt { get; init; }

    /// <summary>An object with <c>external_task_id</c> and, for extensions, <c>parent_video</c>.</summary>
    public JsonElement TaskInfo { get; init; }

    /// <summary>An object with <c>videos</c>.</summary>
    public JsonElement TaskResult { get; init; }

    /// <summary>New generation, as are the following.</summary>
    public string? Id { get; init; }

    public string? Status { get; init; }

    public string? Message { get; init; }

    public decimal? CreateTime { get; init; }

    public string? ExternalId { get; init; }

    /// <summary>A list of objects with <c>type</c>, <c>id</c>, <c>url</c>, <c>duration</c>.</summary>
    public JsonElement Outputs { get; init; }
}

/// <summary>The stored reference of a task.</summary>
/// <param name="Family">The legacy path it is read under, or <see cref="KlingDialects.Tasks"/>.</param>
/// <param name="TaskId">Kling's id of it.</param>
/// <param name="Model">The upstream model.</param>
/// <param name="IsResumed">
/// True where it was made of an order and an id alone, which do not tell the generation: then the channel's dialect does.
/// </param>
internal sealed record KlingReference(string Family, string TaskId, string? Model, bool? IsResumed = null)
{
    /// <summary>Whether it is read in the new generation.</summary>
    public bool IsNew(KlingOptions options) => Family == KlingDialects.Tasks || (IsResumed == true && options.IsNew);
}

/// <summary>What a later extension needs of a finished task.</summary>
internal sealed record KlingOutputReference(string VideoId, string? Model);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LenientTextConverter), typeof(LenientNumberConverter)])]
[JsonSerializable(typeof(KlingTask))]
internal sealed partial class KlingWire : JsonSerializerContext;

/// <summary>Our own shapes, read strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KlingOptions))]
[JsonSerializable(typeof(KlingReference))]
[JsonSerializable(typeof(KlingOutputReference))]
internal sealed partial class KlingJson : JsonSerializerContext;
