using System.Text.RegularExpressions;
using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Conventions;

/// <summary>What is known of one provider stands in its folder and nowhere else.</summary>
public sealed partial class ProviderNamesTests
{
    // The protocol that all speak towards callers has the name of a provider too, as a dialect and as the kind of a channel that names none.
    private const string Dialect = "openai";

    // A folder without a provider of its own holds what several providers of one vendor share.
    [Fact]
    public void Outside_its_folder_no_source_names_a_type_or_the_id_of_a_provider()
    {
        var providers = new ProviderSet().All.ToList();
        var folders = providers.Select(provider => Folder(provider.GetType().Namespace!)).ToHashSet();
        var types = typeof(IVideoProvider).Assembly.GetTypes().Where(type => type.Namespace is { } name && folders.Contains(Folder(name)) && !type.IsNested)
            .Select(type => (Name: type.Name.Split('`')[0], Folder: Folder(type.Namespace!)!))
            .Where(type => type.Name.StartsWith(type.Folder, StringComparison.Ordinal)).ToList();
        Assert.True(types.Count > 30, "The provider's types are no longer found.");
        var ids = providers.Where(provider => provider.Id != Dialect).ToDictionary(provider => provider.Id, provider => Folder(provider.GetType().Namespace!)!);
        Assert.NotEmpty(ids);

        var faults = new List<string>();
        var root = Path.Combine(Repository.Root, "src");
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(root, file);
            var text = File.ReadAllText(file);
            var words = Words().Matches(text).Select(match => match.Value).ToHashSet();

            // Simulators are compiled without the providers; where they use such a name it is a type of their own.
            var isSimulator = path.StartsWith("Simulators", StringComparison.Ordinal) || Path.GetFileName(path).Contains("Simulator", StringComparison.Ordinal);
            faults.AddRange(types.Where(type => !isSimulator && !IsOwn(path, type.Folder) && words.Contains(type.Name)).Select(type => $"{path}: {type.Name}"));
            var literals = Literals().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
            faults.AddRange(ids.Where(id => !IsOwn(path, id.Value) && literals.Contains(id.Key)).Select(id => $"{path}: \"{id.Key}\""));
        }

        Assert.Equal([], faults);
    }

    // What a simulator needs beside its first file may stand in a folder of the same name.
    private static bool IsOwn(string path, string folder) =>
        path.StartsWith(Path.Combine("Providers", folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        || path.StartsWith(Path.Combine("Simulators", folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? Folder(string name) => name.StartsWith("Reelay.Providers.", StringComparison.Ordinal) ? name["Reelay.Providers.".Length..] : null;

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Words();

    [GeneratedRegex("\"([a-z0-9_]+)(?:[:@][^\"]*)?\"")]
    private static partial Regex Literals();
}
