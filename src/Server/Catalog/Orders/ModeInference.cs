using Reelay.Providers;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Which mode the inputs of a request imply, where it names none: the names that bind it, then the most telling input.</summary>
internal static class ModeInference
{
    private const string Edit = "edit";
    private const string Extend = "extend";

    /// <summary>The mode, or null if the model has none for these inputs.</summary>
    public static string? Infer(OrderDraft draft)
    {
        var names = Available(draft).Select(mode => mode.Name).ToList();
        if (names.Count == 1) return names[0];
        if (Has(draft, MediaHint.LastFrame)) return ForLastFrame(draft);
        if (draft.Source is not null || Has(draft, MediaHint.SourceVideo)) return Named(names, Edit) ?? Named(names, Extend) ?? ForMaterial(draft);
        if (Has(draft, MediaHint.Video)) return Named(names, Edit) ?? ForMaterial(draft);
        if (Has(draft, MediaHint.ReferenceVideo) || Has(draft, MediaHint.Audio)) return ForMaterial(draft);
        if (Has(draft, MediaHint.Mask)) return With(draft, MediaRole.Mask);
        if (Has(draft, MediaHint.FirstFrame)) return ForFrames(draft);
        if (Has(draft, MediaHint.Reference)) return ForReferences(draft) ?? ForPictures(draft);
        return PictureCount(draft) > 0 ? ForPictures(draft) : ForText(draft) ?? (draft.Media.Count == 0 ? names.FirstOrDefault() : null);
    }

    /// <summary>In words, for estimates.</summary>
    public static string Explain(OrderDraft draft) => Available(draft).Count() == 1
        ? "the model has no other mode"
        : draft.Media.Count == 0 && draft.Source is null ? "there is no input file" : "that is what its input files imply";

    /// <summary>The mode that starts from one picture.</summary>
    public static string? ForFrames(OrderDraft draft) =>
        Find(draft, mode => mode.Requires.Contains("first_frame") && !mode.Requires.Contains("last_frame")) ?? ForLastFrame(draft);

    /// <summary>The mode with a last frame.</summary>
    public static string? ForLastFrame(OrderDraft draft) => Find(draft, mode => mode.Requires.Contains("last_frame")) ?? With(draft, MediaRole.LastFrame);

    /// <summary>The mode with pictures as material; not one that needs a video as well.</summary>
    public static string? ForReferences(OrderDraft draft) =>
        Find(draft, mode => mode.Accepts("reference_image") && !mode.Requires.Contains("source_video"));

    /// <summary>The mode that needs no file.</summary>
    public static string? ForText(OrderDraft draft) => Find(draft, mode => mode.Requires.All(input => input == "prompt"));

    /// <summary>Pictures that are not surely one thing.</summary>
    public static int PictureCount(OrderDraft draft) =>
        draft.Media.Count(source => source.Hint is MediaHint.Picture or MediaHint.Reference or MediaHint.FirstFrame or MediaHint.LastFrame);

    // Where the catalog puts material before frames, pictures are material, whatever their number.
    private static string? ForPictures(OrderDraft draft) => PictureCount(draft) switch
    {
        1 => Find(draft, mode => mode.Requires.Contains("first_frame") ? !mode.Requires.Contains("last_frame") : mode.Requires.Contains("reference_image"))
            ?? ForReferences(draft) ?? ForFrames(draft),
        2 => Find(draft, mode => mode.Requires.Contains("last_frame") || mode.Requires.Contains("reference_image")) ?? ForReferences(draft) ?? ForFrames(draft),
        _ => ForReferences(draft) ?? ForFrames(draft),
    };

    // A sound beside a video belongs to a mode that takes both, where there is one.
    private static string? ForMaterial(OrderDraft draft)
    {
        if (!Has(draft, MediaHint.Audio)) return With(draft, MediaRole.ReferenceVideo) ?? With(draft, MediaRole.SourceVideo);
        var hasVideo = Has(draft, MediaHint.Video) || Has(draft, MediaHint.ReferenceVideo);
        return (hasVideo ? Find(draft, mode => mode.Accepts("reference_audio") && mode.Accepts("reference_video")) : null) ?? With(draft, MediaRole.ReferenceAudio);
    }

    private static string? With(OrderDraft draft, MediaRole role) => Find(draft, mode => mode.Accepts(MediaRoles.Name(role)));

    private static string? Named(List<string> names, string name) => names.Contains(name) ? name : null;

    private static bool Has(OrderDraft draft, MediaHint hint) => draft.Media.Exists(source => source.Hint == hint);

    private static string? Find(OrderDraft draft, Func<ModeSpec, bool> fits) => Available(draft).FirstOrDefault(mode => fits(mode.Spec)).Name;

    private static IEnumerable<(string Name, ModeSpec Spec)> Available(OrderDraft draft) => draft.Model.Spec.Modes
        .Where(mode => draft.Offers.Exists(offer => offer.Modes.Contains(mode.Key)))
        .Select(mode => (mode.Key, mode.Value));
}
