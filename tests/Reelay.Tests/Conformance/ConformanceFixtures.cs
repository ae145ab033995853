using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>The fixtures of a provider, found by the name of its folder.</summary>
internal static class ConformanceFixtures
{
    /// <summary>The folder's name: the last part of the provider's namespace.</summary>
    public static string FolderOf(IVideoProvider provider) => provider.GetType().Namespace!.Split('.')[^1];

    /// <summary>One file.</summary>
    public static string Read(IVideoProvider provider, string name) => File.ReadAllText(Path.Combine(Folder(provider), name));

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names(IVideoProvider provider) => Directory.GetFiles(Folder(provider)).Select(file => Path.GetFileName(file));

    private static string Folder(IVideoProvider provider) => Path.Combine(AppContext.BaseDirectory, "Providers", FolderOf(provider), "Fixtures");
}
