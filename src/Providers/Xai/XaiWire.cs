using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Xai;

/// <summary>The answer to an order of a video: a handle, and nothing else.</summary>
internal sealed record XaiAccepted
{
    [JsonConverter(typeof(LenientTextConverter))]
    public string? RequestId { get; init; }
}

/// <summary>The state of a video as xAI writes it; only what is used.</summary>
internal sealed record XaiState
{
    [JsonConverter(typeof(LenientTextConverter))]
    public string? Status { get; init; }

    [JsonConverter(typeof(LenientNumberConverter))]
    public decimal? Progress { get; init; }

    public JsonElement Video { get; init; }

    public JsonElement Usage { get; init; }
}

/// <summary>What is stored to poll a video with.</summary>
internal sealed record XaiReference(string Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(XaiAccepted))]
[JsonSerializable(typeof(XaiState))]
[JsonSerializable(typeof(XaiReference))]
internal sealed partial class XaiJson : JsonSerializerContext;
