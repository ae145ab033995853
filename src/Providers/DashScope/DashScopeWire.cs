using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.DashScope;

/// <summary>An answer about one task; only what is used.</summary>
internal sealed record DashScopeAnswer
{
    public DashScopeTask? Output { get; init; }

    public JsonElement Usage { get; init; }
}

/// <summary>A task as DashScope writes it.</summary>
internal sealed record DashScopeTask
{
    [JsonConverter(typeof(LenientTextConverter))]
    public string? TaskId { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? TaskStatus { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? VideoUrl { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Code { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Message { get; init; }
}

/// <summary>Leave to put files into the vendor's temporary store, as <c>GET uploads?action=getPolicy</c> gives it in <c>data</c>.</summary>
internal sealed record DashScopePolicy
{
    [JsonConverter(typeof(LenientTextConverter))]
    public string? UploadHost { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? UploadDir { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? OssAccessKeyId { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Signature { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? Policy { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? XOssObjectAcl { get; init; }

    [JsonConverter(typeof(LenientTextConverter))]
    public string? XOssForbidOverwrite { get; init; }
}

/// <summary>The envelope of a policy.</summary>
internal sealed record DashScopePolicyAnswer
{
    public DashScopePolicy? Data { get; init; }
}

/// <summary>What is stored to poll a task with.</summary>
internal sealed record DashScopeReference(string Id);

/// <summary>What operators write is read strictly: a misspelt key must not pass for a default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DashScopeOptions))]
internal sealed partial class DashScopeOptionsJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DashScopeAnswer))]
[JsonSerializable(typeof(DashScopePolicyAnswer))]
[JsonSerializable(typeof(DashScopeReference))]
internal sealed partial class DashScopeJson : JsonSerializerContext;
