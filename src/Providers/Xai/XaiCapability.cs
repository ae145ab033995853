namespace Reelay.Providers.Xai;

/// <summary>What a channel's models can do, where its options differ from the usual.</summary>
internal static class XaiCapability
{
    private const string Newest = "grok-imagine-video-1.5";
    private const string UsualPicture = "grok-imagine-image";

    /// <summary>What is known of all models, from <c>XaiModels.json</c>.</summary>
    public static readonly IReadOnlyList<UpstreamModel> Known = UpstreamModelFile.Load("XaiModels.json");

    /// <summary>The rows of one name; a name nobody has listed has those of the newest model of its kind.</summary>
    public static IEnumerable<UpstreamModel> Rows(string name, XaiOptions options) => Listed(name).SelectMany(row => Laid(row, options));

    /// <summary>Whether sound can be chosen.</summary>
    public static bool HasAudioSwitch(string name, XaiOptions options) => options.AudioSwitch && Listed(name).Any(row => row.Audio == "choice");

    private static IEnumerable<UpstreamModel> Listed(string name)
    {
        if (Known.Any(row => row.Name == name))
            return Known.Where(row => row.Name == name);
        var twin = name.Contains("image", StringComparison.Ordinal) && !name.Contains("video", StringComparison.Ordinal) ? UsualPicture : Newest;
        return Known.Where(row => row.Name == twin)
            .Select(row => row with { Name = name, Source = $"Nothing is published of this model; these are the facts of {twin}." });
    }

    private static IEnumerable<UpstreamModel> Laid(UpstreamModel row, XaiOptions options)
    {
        var laid = row with
        {
            Audio = row.Audio == "choice" && !options.AudioSwitch ? "always" : row.Audio,
            NeedsPrompt = row.NeedsPrompt && !(options.PromptlessI2v && row.Modes is ["i2v"]),
            References = LinksOf(row, options),
        };
        yield return laid;
        if (options.ExtendOn15 && row.Name == Newest && row.Modes is ["t2v"])
        {
            foreach (var extension in Known.Where(other => other.Modes is ["extend"]))
            {
                yield return laid with
                {
                    Modes = extension.Modes,
                    Seconds = extension.Seconds,
                    Sizes = [],
                    Audio = "always",
                    TakesUser = false,
                    References = LinksOf(extension, options),
                };
            }
        }
    }

    private static Dictionary<MediaRole, UpstreamReference> LinksOf(UpstreamModel row, XaiOptions options) =>
        row.References.ToDictionary(pair => pair.Key, pair => pair.Value with { IsLinkOnly = options.Inputs == XaiOptions.Link });
}
