namespace Reelay.Providers.GoogleVeo;

/// <summary>What models can do through a channel: the listed facts, less what its surface cannot say.</summary>
internal static class GoogleVeoCapability
{
    private const string Newest = "veo-3.1-generate-001";

    private static readonly string[] _vertexAlone = ["seed", "compression_quality", "resize_mode"];

    /// <summary>Models before Veo 3 make no sound.</summary>
    public static bool IsSilent(string model) => model.StartsWith("veo-2", StringComparison.Ordinal);

    /// <summary>The rows of the models a channel serves; names of the other surface have none here.</summary>
    public static IReadOnlyList<UpstreamModel> Of(GoogleVeoOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names) =>
        [.. names.Distinct().SelectMany(name => Rows(name, options, listed)).Select(row => Fit(row, options))];

    // A model nobody has listed is taken for one of the newest generation: operators know their upstream's names before we do.
    private static IEnumerable<UpstreamModel> Rows(string name, GoogleVeoOptions options, IReadOnlyList<UpstreamModel> listed)
    {
        if (listed.All(row => row.Name != name))
            return listed.Where(row => row.Name == Newest).Select(row => row with { Name = name, Source = $"Nothing is published of this model; these are the facts of {Newest}." });
        return IsOf(name, options) ? listed.Where(row => row.Name == name) : [];
    }

    // The generations that had one name at both surfaces are gone; 3.1 has a name at each.
    private static bool IsOf(string name, GoogleVeoOptions options) => name.EndsWith("-preview", StringComparison.Ordinal)
        ? options.IsGemini
        : !options.IsGemini || !name.StartsWith("veo-3.1", StringComparison.Ordinal);

    private static UpstreamModel Fit(UpstreamModel row, GoogleVeoOptions options)
    {
        if (options.PortraitReferences && row.Modes.Contains("reference_images"))
            row = row with { Sizes = [.. row.Sizes, .. row.Sizes.Select(Turned)] };
        return options.IsGemini
            ? row with
            {
                MaxOutputs = 1,
                Audio = row.Audio == "choice" ? "always" : row.Audio,
                Extras = [.. row.Extras.Where(extra => !_vertexAlone.Contains(extra.Name))],
            }
            : row;
    }

    private static string Turned(string size) => string.Join('x', size.Split('x').Reverse());
}
