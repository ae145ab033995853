using System.Text.Json.Serialization;

namespace Reelay.Server.Catalog;

/// <summary>Reads catalog files: snake case, and an unknown key is a mistake.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ModelSpec))]
internal sealed partial class CatalogJson : JsonSerializerContext;
