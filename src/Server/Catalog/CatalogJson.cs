using System.Text.Json.Serialization;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>Reads catalog files: snake case, and an unknown key is a mistake.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    Converters = [typeof(MediaRoleConverter)])]
[JsonSerializable(typeof(IReadOnlyList<ModelSpec>))]
internal sealed partial class CatalogJson : JsonSerializerContext;
