using System.Globalization;

namespace Reelay.Providers.OpenAi;

/// <summary>What upstream models can do through a channel: the published facts, or the protocol's own bounds, less what its options cannot say.</summary>
internal static class OpenAiCapability
{
    private const long MaxPictureBytes = 20_971_520;
    private const long MaxVideoBytes = 268_435_456;

    // SGLang takes whole seconds, TensorRT-LLM up to 60; the others name no bound.
    private static readonly IReadOnlyList<int> AnySeconds = [.. Enumerable.Range(1, 60)];
    private static readonly IReadOnlyList<int> ExtensionSeconds = [4, 8, 12, 16, 20];
    private static readonly UpstreamReference Video = new() { MaxCount = 1, MaxBytes = MaxVideoBytes, Types = ["video/mp4"] };

    /// <summary>The rows of the models a channel serves.</summary>
    public static IReadOnlyList<UpstreamModel> Of(OpenAiOptions options, IReadOnlyList<UpstreamModel> listed, IReadOnlyList<string> names)
    {
        var extras = OpenAiExtras.Of(options);
        return [.. names.Distinct().SelectMany(name => Rows(name)).Select(row => Fit(row, options, extras)).Where(row => row.Modes.Count > 0)];

        IEnumerable<UpstreamModel> Rows(string name)
        {
            var known = listed.Where(model => model.Name == name).ToList();
            return known.Count > 0 ? known : Unlisted(name, options);
        }
    }

    // The bounds of sizes are the catalog's for such servers: none of them publishes any.
    private static IEnumerable<UpstreamModel> Unlisted(string name, OpenAiOptions options)
    {
        var create = new UpstreamModel
        {
            Name = name,
            Modes = ["t2v", "i2v"],
            Seconds = AnySeconds,
            AnySize = new() { MinSide = 64, MaxSide = 4096, MultipleOf = 2 },
            Audio = OpenAiFields.Has(options, "audio") ? "choice" : "unknown",
            MaxOutputs = OpenAiFields.Has(options, "count") ? 10 : 1,
            References = new Dictionary<MediaRole, UpstreamReference>
            {
                [MediaRole.FirstFrame] = new()
                {
                    MaxCount = 1, MaxBytes = MaxPictureBytes, Types = ["image/png", "image/jpeg", "image/webp"],
                },
                [MediaRole.Character] = Video with { MaxCount = OpenAiModes.MaxCharacters },
            },
            Source = $"Nothing is published of this model; these are the bounds of the profile {options.Profile} (README of this provider).",
        };
        var source = new Dictionary<MediaRole, UpstreamReference> { [MediaRole.SourceVideo] = Video };
        var edit = create with { Modes = ["edit"], Seconds = [], AnySize = null, Audio = "unknown", MaxOutputs = 1, References = source };
        return [create, edit, edit with { Modes = ["extend"], Seconds = ExtensionSeconds }];
    }

    private static UpstreamModel Fit(UpstreamModel row, OpenAiOptions options, IReadOnlyList<ExtraParameter> extras)
    {
        var isCreate = !row.Modes.Any(OpenAiModes.NeedsSource);
        var fitted = row with
        {
            Modes = [.. row.Modes.Where(mode => OpenAiModes.Has(options, mode))],
            Seconds = Seconds(row, options),
            References = row.References.Where(pair => Takes(pair.Key, options))
                .ToDictionary(pair => pair.Key, pair => pair.Key == MediaRole.FirstFrame ? Frame(pair.Value, options) : pair.Value),
            Extras = isCreate ? extras : [],
            TakesUser = OpenAiFields.Has(options, "user"),
        };
        return isCreate && !HasSize(options) ? fitted with { Sizes = [], AnySize = null } : fitted;
    }

    // Every order gets the length an operator fixed, so that is the only one.
    private static IReadOnlyList<int> Seconds(UpstreamModel row, OpenAiOptions options)
    {
        var name = OpenAiFields.Name(options, "seconds") ?? "seconds";
        if (row.Seconds.Count > 0 && options.FixedFields.TryGetPropertyValue(name, out var value))
        {
            var isWhole = int.TryParse(OpenAiFields.FormText(value), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
            return isWhole ? [seconds] : [];
        }

        return OpenAiFields.Has(options, "seconds") ? row.Seconds : [];
    }

    private static bool HasSize(OpenAiOptions options) =>
        OpenAiFields.Has(options, "size") || (OpenAiFields.Has(options, "width") && OpenAiFields.Has(options, "height"));

    private static bool Takes(MediaRole role, OpenAiOptions options) => role switch
    {
        MediaRole.FirstFrame => options.ReferenceField is not null,
        MediaRole.Character => options.HasCharacters,
        _ => true,
    };

    private static UpstreamReference Frame(UpstreamReference frame, OpenAiOptions options) =>
        frame with { IsLinkOnly = options.ReferenceAs != OpenAiReferenceForm.File && !options.ReferenceInline };
}
