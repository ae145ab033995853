using System.Reflection;

namespace Reelay.Server.Storage;

/// <summary>A numbered SQL file of one database.</summary>
/// <param name="Number">Its number; they are applied in this order.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sql">What it says.</param>
internal sealed record MigrationFile(long Number, string Name, string Sql)
{
    private const string CompatiblePrefix = "-- min_compatible:";

    /// <summary>The oldest version of this program that can go on working beside it; 0.0.0 where the file does not say.</summary>
    public Version MinCompatible { get; } = Sql.Split('\n').FirstOrDefault(line => line.StartsWith(CompatiblePrefix, StringComparison.Ordinal)) is { } line
        ? Version.Parse(line.AsSpan(CompatiblePrefix.Length).Trim())
        : new Version(0, 0, 0);

    /// <summary>The files that are built into this program, in order.</summary>
    /// <param name="folder"><c>sqlite</c> or <c>postgres</c>.</param>
    public static List<MigrationFile> Of(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = $"migrations/{folder}/";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new MigrationFile(long.Parse(name.AsSpan(prefix.Length, 4)), name[prefix.Length..], Read(assembly, name)))];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
