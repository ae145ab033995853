using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>What is stored to poll a task with, and what later orders name it by.</summary>
internal sealed record UpstreamGatewayReference(string Id);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(UpstreamGatewayOptions))]
[JsonSerializable(typeof(UpstreamGatewayReference))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class UpstreamGatewayJson : JsonSerializerContext;
