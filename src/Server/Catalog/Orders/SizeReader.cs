using Reelay.Providers;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Size, ratio, tier and quality: joins whatever was asked, then finds what the model makes of it.</summary>
internal static class SizeReader
{
    private const string Auto = "auto";

    public static ApiError? Read(OrderDraft draft)
    {
        var parts = new SizeParts();
        if (parts.Read(draft) is { } error) return error;
        if (draft.SizeEcho.Length == 0) draft.SizeEcho = parts.Echo ?? "";
        if (parts.Ask == default) return parts.IsAuto && draft.Model.Spec.IsImage ? ChooseAuto(draft) : null;
        if (draft.Offers.TrueForAll(offer => offer.Sizes.IsNone)) return FollowsSource(draft, parts);
        return Follows(draft) ? ChooseTier(draft, parts) : TryChoose(draft, parts.Ask) ? null : NotMade(draft, parts);
    }

    /// <summary>Sets the size where none was asked, once everything that was asked has chosen the upstream models.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (!draft.HasSize)
        {
            if (Follows(draft)) ChooseTier(draft, default, null);
            else TryChoose(draft, default);
            if (draft.Size.Tier.Length > 0) draft.Note(Parameters.Size.Name, Shown(draft), "default", "none was asked");
        }

        if (draft.SizeEcho.Length > 0) return;
        draft.SizeEcho = draft.Size.Size != default ? draft.Size.Size.ToString()
            : draft.Offers.TrueForAll(offer => offer.Sizes.IsNone) && draft.Source?.Size is { } source ? source.ToString()
            : DefaultAt(draft, draft.Size.Tier);
    }

    // The default in the tier that runs: a picture may decide the ratio, never the resolution.
    private static string DefaultAt(OrderDraft draft, string tier)
    {
        var usual = PixelSize.Parse(draft.Model.Spec.DefaultSize);
        var sizes = draft.Offers[0].Sizes;
        return tier.Length > 0 && sizes.ResolveTier(new(usual, null, null)) != tier && sizes.Resolve(new(null, usual.Ratio, tier)) is { } choice
            ? choice.Size.ToString()
            : draft.Model.Spec.DefaultSize;
    }

    // Where the picture or the source decides the ratio, a size can only choose the tier.
    private static bool Follows(OrderDraft draft) =>
        draft.Media.Exists(source => source.Role is MediaRole.FirstFrame or MediaRole.SourceVideo) && draft.Offers.TrueForAll(offer => offer.RatioFollowsFirstFrame);

    private static ApiError? ChooseTier(OrderDraft draft, SizeParts parts)
    {
        return ChooseTier(draft, parts.Ask, parts.RatioPath) ? null : NotMade(draft, parts);
    }

    private static bool ChooseTier(OrderDraft draft, SizeAsk ask, string? ratioPath)
    {
        foreach (var offer in draft.Offers)
        {
            if (offer.Sizes.ResolveTier(ask) is not { } tier) continue;
            (draft.Size, draft.HasSize, draft.AskedRatio, draft.AskedRatioPath) = (new SizeChoice(default, tier), true, ask.AnyRatio, ratioPath);
            return draft.TryNarrow(other => other.Sizes.ResolveTier(ask) == tier);
        }

        return false;
    }

    private static ApiError? ChooseAuto(OrderDraft draft)
    {
        if (!TryChoose(draft, default)) return null;
        draft.Size = draft.Size with { Size = default };
        draft.Note(Parameters.Size.Name, Auto, "mapped", "the upstream chooses; the default tier is billed");
        return null;
    }

    private static bool TryChoose(OrderDraft draft, SizeAsk ask)
    {
        foreach (var offer in draft.Offers)
        {
            if (offer.Sizes.Resolve(ask) is not { } choice) continue;
            (draft.Size, draft.HasSize) = (choice, true);
            return draft.TryNarrow(other => other.Sizes.Resolve(ask) == choice);
        }

        return false;
    }

    private static ApiError? FollowsSource(OrderDraft draft, SizeParts parts)
    {
        draft.HasSize = true;
        return ExtrasReader.Report(
            draft, parts.FirstPath, "size_follows_source", $"`{parts.FirstPath}` = `{parts.Describe()}` has no effect: the result has the size of its source.");
    }

    private static string Shown(OrderDraft draft) => draft.Size.Size == default ? draft.Size.Tier : $"{draft.Size.Size} ({draft.Size.Tier})";

    private static ApiError NotMade(OrderDraft draft, SizeParts parts)
    {
        var offers = draft.Offers;
        var sizes = string.Join(", ", offers.Select(offer => offer.Sizes.ToString()).Distinct());
        var tiers = string.Join(", ", offers.SelectMany(offer => offer.Sizes.Tiers).Distinct());
        var others = OrderErrors.Others(
            draft,
            model => model.Spec.IsImage == draft.Model.Spec.IsImage
                && OrderErrors.Can(draft, model, offer => !offer.Sizes.IsAny && offer.Sizes.Resolve(parts.Ask) is not null),
            3);
        return OrderErrors.Invalid(
            "invalid_size",
            parts.FirstPath,
            parts.Describe(),
            $"`{draft.Model.Name}` makes {sizes}{(tiers.Length > 0 ? $" (tiers {tiers})" : "")}{OrderErrors.Where(draft, offer => offer.Sizes.Resolve(parts.Ask) is not null)}."
            + (others.Length > 0 ? $" It can be made by {others}." : ""));
    }
}
