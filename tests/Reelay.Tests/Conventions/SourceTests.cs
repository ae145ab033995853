using System.Text.RegularExpressions;

namespace Reelay.Tests.Conventions;

/// <summary>What the sources must look like.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 300;

    private static readonly string Root = FindRoot();

    [Fact]
    public void No_source_file_holds_a_second_idea()
    {
        Assert.Empty(Sources().Where(file => File.ReadLines(file).Count() > MaxLines).Select(Shown));
    }

    [Fact]
    public void Nobody_leaves_the_callers_thread_or_makes_a_client_of_its_own()
    {
        Assert.Empty(Sources().Where(file => Forbidden().IsMatch(File.ReadAllText(file))).Select(Shown));
    }

    [Fact]
    public void A_provider_is_one_folder_with_the_same_files_as_every_other()
    {
        var folders = Directory.GetDirectories(Path.Combine(Root, "src", "Providers")).Where(folder => Directory.GetFiles(folder, "*Provider.cs").Length > 0).ToList();
        Assert.NotEmpty(folders);
        foreach (var folder in folders)
        {
            var name = Path.GetFileName(folder);
            string[] files = ["README.md", name + "Provider.cs", name + "Wire.cs", name + "Errors.cs", name + "Models.json", name + "Simulator.cs", name + "Tests.cs"];
            Assert.Empty(files.Where(file => !File.Exists(Path.Combine(folder, file))).Select(file => name + "/" + file));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "Fixtures")));

            // Nothing but the provider's own; subfolders would hide what is there.
            Assert.Equal(["Fixtures"], Directory.GetDirectories(folder).Select(Path.GetFileName));
            Assert.All(Directory.GetFiles(folder, "*.cs"), file => Assert.StartsWith(name, Path.GetFileName(file)));
        }
    }

    [Fact]
    public void Event_ids_of_the_log_are_used_once()
    {
        var ids = Sources().SelectMany(file => EventIds().Matches(File.ReadAllText(file)).Select(match => (Id: match.Groups[1].Value, File: Shown(file))));
        Assert.Empty(ids.GroupBy(row => row.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(row => row.File))}"));
    }

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories);

    private static string Shown(string file) => Path.GetRelativePath(Root, file);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Reelay.slnx"))) folder = folder.Parent ?? throw new InvalidOperationException("not inside the repository");
        return folder.FullName;
    }

    [GeneratedRegex(@"\bTask\.Run\(|\.ConfigureAwait\(false\)|\bnew HttpClient\(")]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"\[LoggerMessage\((\d+),")]
    private static partial Regex EventIds();
}
