namespace Reelay.Providers.UpstreamGateway;

/// <summary>What upstream models can do through a channel: what the operator knows of them, else the bounds of the kind of gateway.</summary>
internal static class UpstreamGatewayCapability
{
    private const long MaxPictureBytes = 20_971_520;
    private const long MaxVideoBytes = 268_435_456;

    // The most that any model takes of which a gateway tells (Seedance 2.0, HappyHorse); the gateway refuses what is too many for its own.
    private const int MaxReferenceImages = 9;

    private static readonly IReadOnlyList<int> AnySeconds = [.. Enumerable.Range(1, 60)];
    private static readonly IReadOnlyList<string> PictureTypes = ["image/png", "image/jpeg", "image/webp"];

    /// <summary>The rows of the models a channel serves.</summary>
    public static IReadOnlyList<UpstreamModel> Of(UpstreamGatewayOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names) =>
        [.. names.Distinct().SelectMany(name => Rows(name, options, listed)).Where(row => row.Modes.Count > 0)];

    private static IEnumerable<UpstreamModel> Rows(string name, UpstreamGatewayOptions options, IReadOnlyList<UpstreamModel> listed)
    {
        var modes = UpstreamGatewayModes.Of(options, name);
        var rows = listed.Where(model => model.Name == name).ToList();
        if (rows.Count == 0)
            rows = Unlisted(name, options, modes);
        var takesUser = UpstreamGatewayFields.Has(options, "user");
        return rows.Select(row => row with
        {
            Modes = [.. row.Modes.Where(modes.Contains)],
            Seconds = UpstreamGatewayFields.Has(options, "seconds") ? row.Seconds : [],
            References = row.References.ToDictionary(pair => pair.Key, pair => pair.Value with { IsLinkOnly = IsLinkOnly(pair.Key, options) }),
            Extras = UpstreamGatewayExtras.Of(options),
            TakesUser = takesUser,
        });
    }

    // Nobody documents a video inside JSON.
    private static bool IsLinkOnly(MediaRole role, UpstreamGatewayOptions options) =>
        options.MediaAs != UpstreamGatewayMedia.Roles && (role == MediaRole.SourceVideo || !options.MediaInline);

    private static List<UpstreamModel> Unlisted(string name, UpstreamGatewayOptions options, IReadOnlyList<string> modes)
    {
        var facts = UpstreamGatewayKinds.FactsOf(options, name);
        var makesPictures = modes.Contains("t2i");
        var hasSizes = facts.Sizes is { Count: > 0 };
        var create = new UpstreamModel
        {
            Name = name,
            Modes = makesPictures ? ["t2i", "edit"] : ["t2v", "i2v", "i2v_first_last", "multi_i2v"],
            Qualities = facts.Qualities ?? [],
            Seconds = makesPictures ? [] : facts.Seconds ?? AnySeconds,
            Sizes = facts.Sizes ?? [],

            // The bounds of sizes are the catalog's: nothing is known of them.
            AnySize = hasSizes ? null : new() { MinSide = 64, MaxSide = 4096, MultipleOf = 2 },
            Audio = makesPictures ? "never" : facts.Audio ?? "unknown",
            MaxPromptLength = facts.MaxPromptLength ?? 32_000,
            MaxOutputs = facts.MaxOutputs ?? 1,
            References = Pictures(facts, makesPictures),
            Source = $"Named by the operator; what its facts do not say are the bounds of the kind {options.Kind} (README of this provider).",
        };
        if (makesPictures)
            return [create];
        var source = new Dictionary<MediaRole, UpstreamReference>
        {
            [MediaRole.SourceVideo] = new() { MaxCount = 1, MaxBytes = MaxVideoBytes, Types = ["video/mp4"] },
        };
        var edit = create with { Modes = ["edit"], Seconds = [], Sizes = [], AnySize = null, Qualities = [], MaxOutputs = 1, References = source };
        if (edit.Audio == "choice")
            edit = edit with { Audio = "unknown" };
        return [create, edit, edit with { Modes = ["extend"], Seconds = create.Seconds }];
    }

    private static Dictionary<MediaRole, UpstreamReference> Pictures(UpstreamGatewayFacts facts, bool makesPictures)
    {
        var picture = new UpstreamReference { MaxCount = 1, MaxBytes = MaxPictureBytes, Types = PictureTypes };
        var pictures = new Dictionary<MediaRole, UpstreamReference>
        {
            [MediaRole.ReferenceImage] = picture with { MaxCount = facts.MaxReferenceImages ?? MaxReferenceImages },
        };
        if (!makesPictures)
            (pictures[MediaRole.FirstFrame], pictures[MediaRole.LastFrame]) = (picture, picture);
        return pictures;
    }
}
