namespace Reelay.Server.Catalog;

/// <summary>
/// Successors that an operator names: <c>Reelay:Successors:{old name}:Model</c>, and where values change
/// <c>:Seconds:{old}</c> and <c>:Sizes:{old}</c>. An empty model takes the sandbox's own back.
/// </summary>
internal static class SuccessorSettings
{
    /// <summary>Reads them; the catalog checks them.</summary>
    /// <param name="usual">Successors by old name that hold unless the settings say otherwise.</param>
    public static IReadOnlyList<SuccessorSpec> Read(IConfiguration configuration, IReadOnlyDictionary<string, string> usual)
    {
        var none = new Dictionary<string, string>();
        var all = usual.ToDictionary(pair => pair.Key, pair => new SuccessorSpec(pair.Key, pair.Value, none, none), StringComparer.Ordinal);
        foreach (var section in configuration.GetSection("Reelay:Successors").GetChildren())
        {
            if (section["Model"] is "") all.Remove(section.Key);
            else all[section.Key] = new(section.Key, section["Model"] ?? all.GetValueOrDefault(section.Key)?.Model ?? "", Values(section, "Seconds"), Values(section, "Sizes"));
        }

        return [.. all.Values];
    }

    private static Dictionary<string, string> Values(IConfigurationSection section, string name) =>
        section.GetSection(name).GetChildren().ToDictionary(child => child.Key, child => child.Value ?? "", StringComparer.Ordinal);
}
