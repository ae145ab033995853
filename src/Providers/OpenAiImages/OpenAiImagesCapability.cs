namespace Reelay.Providers.OpenAiImages;

/// <summary>What upstream models can do through a channel: the published facts, or the protocol's own bounds, less what its options cannot say.</summary>
internal static class OpenAiImagesCapability
{
    private const long MaxPictureBytes = 52_428_799;
    private const int MaxOutputs = 10;

    private static readonly IReadOnlyList<string> OfVendor = new OpenAiImagesOptions().Extras;

    // Pictures of diffusion models have sides in steps of 8 pixels; what a server makes beyond is published nowhere.
    private static readonly SizeBounds AnySize = new() { MinSide = 64, MaxSide = 4096, MultipleOf = 8 };

    private static readonly UpstreamReference Pictures = new()
    {
        MaxCount = OpenAiImagesRequests.MaxImages, MaxBytes = MaxPictureBytes, Types = ["image/png", "image/jpeg", "image/webp"],
    };

    /// <summary>The rows of the models a channel serves.</summary>
    public static IReadOnlyList<UpstreamModel> Of(
        OpenAiImagesOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names)
    {
        var extras = OpenAiImagesExtras.Of(options);
        return [.. names.Distinct().SelectMany(Rows).Select(row => row with
        {
            References = References(row, options), TakesUser = options.UserField is not null,
        })];

        IEnumerable<UpstreamModel> Rows(string name)
        {
            var known = listed.Where(model => model.Name == name).ToList();
            return known.Count == 0 ? Unlisted(name, options, extras) : known.Select(row => row with { Extras = Fit(row, extras) });
        }
    }

    private static IEnumerable<UpstreamModel> Unlisted(string name, OpenAiImagesOptions options, IReadOnlyList<ExtraParameter> extras)
    {
        var row = new UpstreamModel
        {
            Name = name,
            Modes = ["t2i"],
            AnySize = AnySize,
            Audio = "never",
            MaxOutputs = MaxOutputs,
            Extras = extras,
            Source = $"Nothing is published of this model; these are the bounds of the profile {options.Profile} (README of this provider).",
        };
        var references = new Dictionary<MediaRole, UpstreamReference>
        {
            [MediaRole.ReferenceImage] = Pictures, [MediaRole.Mask] = Pictures with { MaxCount = 1, Types = ["image/png"] },
        };
        return [row, row with { Modes = ["edit"], References = references }];
    }

    // Of the vendor's own parameters a listed model's row says which it takes; what an operator named beyond them goes to every model.
    private static List<ExtraParameter> Fit(UpstreamModel row, IReadOnlyList<ExtraParameter> extras) =>
    [
        .. row.Extras.Where(extra => extras.Any(other => other.Name == extra.Name)),
        .. extras.Where(extra => !OfVendor.Contains(extra.Name) && row.Extras.All(other => other.Name != extra.Name)),
    ];

    private static Dictionary<MediaRole, UpstreamReference> References(UpstreamModel row, OpenAiImagesOptions options) =>
        row.References.Where(pair => pair.Key != MediaRole.Mask || options.MaskField is not null).ToDictionary();
}
