using System.Reflection;
using System.Text.Json;

namespace Reelay.Server.Catalog;

/// <summary>Reads the lists of public models, <c>…PublicModels.json</c>, that lie in the providers' folders and are embedded in the server.</summary>
internal static class CatalogFiles
{
    private const string Prefix = "catalog/";

    // They are part of the program: read once, however often channels change.
    private static readonly Lazy<(List<ModelSpec> Specs, List<string> Mistakes)> _all = new(ReadAll);

    /// <summary>Every model, in order of names; what cannot be read becomes a mistake.</summary>
    public static IReadOnlyList<ModelSpec> Read(List<string> mistakes)
    {
        mistakes.AddRange(_all.Value.Mistakes);
        return _all.Value.Specs;
    }

    private static (List<ModelSpec> Specs, List<string> Mistakes) ReadAll()
    {
        var mistakes = new List<string>();
        var assembly = Assembly.GetExecutingAssembly();
        var specs = new List<ModelSpec>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            specs.AddRange(ReadOne(name[Prefix.Length..], stream, mistakes));
        }

        specs.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return (specs, mistakes);
    }

    /// <summary>Reads one file; none, and a mistake, if it cannot be read.</summary>
    public static IReadOnlyList<ModelSpec> ReadOne(string fileName, Stream content, List<string> mistakes)
    {
        try
        {
            return JsonSerializer.Deserialize(content, CatalogJson.Default.IReadOnlyListModelSpec) ?? [];
        }
        catch (JsonException exception)
        {
            mistakes.Add($"{fileName}: {exception.Message}");
            return [];
        }
    }
}
