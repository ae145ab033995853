namespace Reelay.Providers.Kling;

/// <summary>What models can do through a channel: the facts of the API generation that it speaks.</summary>
internal static class KlingCapability
{
    // Not among the provider's own models: a channel with a key pair can make none of them.
    private static readonly IReadOnlyList<UpstreamModel> NewModels = UpstreamModelFile.Load("KlingNewModels.json");

    /// <summary>The rows of the models a channel serves; legacy names that the new generation has not have none in its dialect.</summary>
    public static IReadOnlyList<UpstreamModel> Of(KlingOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names) =>
        [.. names.Distinct().SelectMany(name => options.IsNewFor(name) ? New(name) : Legacy(name, listed))];

    /// <summary>What the new generation makes of a model, under the name that was asked for.</summary>
    public static IEnumerable<UpstreamModel> New(string name)
    {
        if (KlingDialects.NewName(name) is not { } newName)
            return [];
        var rows = NewModels.Where(row => row.Name == newName).ToList();
        return rows.Count > 0
            ? rows.Select(row => row with { Name = name })
            : Like(NewModels, KlingDialects.IsOmni(newName) ? "kling-3.0-omni" : "kling-3.0", name);
    }

    /// <summary>Whether a model of the new generation has the switch for several shots.</summary>
    public static bool HasShots(string name) => New(name).Any(row => row.Extras.Any(extra => extra.Name == "multi_shot"));

    private static IEnumerable<UpstreamModel> Legacy(string name, IReadOnlyList<UpstreamModel> listed) => listed.Any(row => row.Name == name)
        ? listed.Where(row => row.Name == name)
        : Like(listed, KlingFamilies.IsOmni(name) ? "kling-v3-omni" : "kling-v3", name);

    // A model nobody has listed is taken for one of the newest: operators know their upstream's names before we do.
    private static IEnumerable<UpstreamModel> Like(IReadOnlyList<UpstreamModel> rows, string like, string name) => rows.Where(row => row.Name == like)
        .Select(row => row with { Name = name, Source = $"Nothing is published of this model; these are the facts of {like}, read 2026-11-21." });
}
