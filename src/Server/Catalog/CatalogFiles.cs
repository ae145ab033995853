using System.Reflection;
using System.Text.Json;

namespace Reelay.Server.Catalog;

/// <summary>Reads the catalog files that are embedded in the server.</summary>
internal static class CatalogFiles
{
    private const string Prefix = "catalog/";

    /// <summary>Reads every file, in order of names; what cannot be read becomes a mistake.</summary>
    public static List<ModelSpec> Read(List<string> mistakes)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var specs = new List<ModelSpec>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            if (ReadOne(name[Prefix.Length..], stream, mistakes) is { } spec)
            {
                specs.Add(spec);
            }
        }

        specs.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return specs;
    }

    /// <summary>Reads one file; null, and a mistake, if it cannot be read.</summary>
    public static ModelSpec? ReadOne(string fileName, Stream content, List<string> mistakes)
    {
        try
        {
            var spec = JsonSerializer.Deserialize(content, CatalogJson.Default.ModelSpec);
            if (spec is not null && fileName == spec.Name + ".json")
            {
                return spec;
            }

            mistakes.Add($"{fileName}: the file must be named after its model, {spec?.Name}.json.");
        }
        catch (JsonException exception)
        {
            mistakes.Add($"{fileName}: {exception.Message}");
        }

        return null;
    }
}
