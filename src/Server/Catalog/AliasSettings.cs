using System.Text.Json.Nodes;

namespace Reelay.Server.Catalog;

/// <summary>Aliases of the operator's own: <c>Reelay:Aliases:{name}:Model</c> and <c>Reelay:Aliases:{name}:Parameters:{parameter}</c>.</summary>
internal static class AliasSettings
{
    /// <summary>Reads them; the catalog checks them.</summary>
    public static IReadOnlyList<ModelAlias> Read(IConfiguration configuration) =>
    [
        .. configuration.GetSection("Reelay:Aliases").GetChildren().Select(section => new ModelAlias(
            section.Key,
            section["Model"] ?? "",
            new JsonObject(section.GetSection("Parameters").GetChildren().Select(fixedValue =>
                KeyValuePair.Create(fixedValue.Key, (JsonNode?)JsonValue.Create(fixedValue.Value)))))),
    ];
}
