using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Vidu;

/// <summary>A task as the answers to create and poll, a row of the list and a callback write it; only what is used.</summary>
internal sealed record ViduTask
{
    /// <summary>In the answer to a create. More digits than a double holds, so it is text whatever it comes as.</summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string? TaskId { get; init; }

    /// <summary>Everywhere else.</summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string? Id { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? State { get; init; }

    /// <summary>Why it failed; empty otherwise.</summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string? ErrCode { get; init; }

    /// <summary>The text we sent with the order.</summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string? Payload { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Prompt { get; init; }

    /// <summary>On no official page; one client reads it.</summary>
    [JsonConverter(typeof(LenientNumberConverter))]
    public decimal? Progress { get; init; }

    /// <summary>RFC 3339.</summary>
    [JsonConverter(typeof(LenientTextConverter))]
    public string? CreatedAt { get; init; }

    /// <summary>The results; empty or null before there are any.</summary>
    public JsonElement Creations { get; init; }
}

/// <summary>What is stored to poll a task with.</summary>
internal sealed record ViduReference(string TaskId);

/// <summary>The body of a cancel.</summary>
internal sealed record ViduCancel(string Id);

/// <summary>Reads answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ViduTask))]
internal sealed partial class ViduWire : JsonSerializerContext;

/// <summary>Reads and writes what is ours, strictly: a misspelt option is a mistake.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ViduReference))]
[JsonSerializable(typeof(ViduCancel))]
[JsonSerializable(typeof(ViduOptions))]
internal sealed partial class ViduJson : JsonSerializerContext;
