namespace Reelay.Providers.Hailuo;

/// <summary>What models can do through a channel: the listed facts, less what the channel's host does not name.</summary>
internal static class HailuoCapability
{
    /// <summary>The extra parameter that one of the vendor's pages does not name.</summary>
    public const string Watermark = "aigc_watermark";

    /// <summary>The rows of the models a channel serves.</summary>
    public static IReadOnlyList<UpstreamModel> Of(HailuoOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names) =>
        [.. names.Distinct().SelectMany(name => Rows(name, options, listed)).Select(row => Fit(row, options))];

    // A model nobody has listed is taken for one of its protocol's newest: operators know their upstream's names before we do.
    private static IEnumerable<UpstreamModel> Rows(string name, HailuoOptions options, IReadOnlyList<UpstreamModel> listed)
    {
        if (listed.Any(row => row.Name == name))
            return listed.Where(row => row.Name == name);
        var like = HailuoProtocols.Of(name, options) == HailuoProtocols.Second ? "MiniMax-H3" : "MiniMax-Hailuo-2.3";
        return listed.Where(row => row.Name == like)
            .Select(row => row with { Name = name, Source = $"Nothing is published of this model; these are the facts of {like}, read 2026-11-21." });
    }

    private static UpstreamModel Fit(UpstreamModel row, HailuoOptions options) => options.WatermarkField
        ? row
        : row with { Extras = [.. row.Extras.Where(extra => extra.Name != Watermark)] };
}
