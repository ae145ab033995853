using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary><c>quality</c> is several things at the described gateways: a tier, one vendor's mode, a picture's quality, or a hint.</summary>
internal static class QualityReader
{
    private const string Rule = "It is a tier such as 720p or 4k, std or pro, or one of low, medium, high, auto, xhigh, max, standard, hd.";

    /// <summary>Reads the words of <c>quality</c> and of <c>mode</c>; tiers go to <paramref name="parts"/>.</summary>
    public static ApiError? Read(OrderDraft draft, SizeParts parts)
    {
        string? path = null;
        foreach (var asked in draft.Asked.All)
        {
            var isMode = ReferenceEquals(asked.Parameter, Parameters.Mode) && ModeReader.IsQuality(asked);
            if (!isMode && !ReferenceEquals(asked.Parameter, Parameters.Quality)) continue;
            if (Values.Text(asked, out var text) is { } typeError) return typeError;
            if (ReadWord(draft, asked, text.Trim().ToLowerInvariant(), isMode, parts, ref path) is { } error) return error;
        }

        return null;
    }

    /// <summary>Sets the quality where none was asked.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (draft.Quality is not null) return;
        var wanted = draft.Model.Spec.DefaultQuality;
        var offer = draft.Offers.Find(offer => wanted is not null && offer.Qualities.Contains(wanted)) ?? draft.Offers[0];
        if (offer.Qualities.Count == 0) return;
        draft.Quality = wanted is not null && offer.Qualities.Contains(wanted) ? wanted : offer.Qualities[0];
        draft.TryNarrow(other => other.Qualities.Contains(draft.Quality));
        draft.Note(Parameters.Quality.Name, draft.Quality, "default", draft.Quality == wanted ? "the model's default" : "the first that honours the rest");
    }

    private static ApiError? ReadWord(OrderDraft draft, Asked asked, string word, bool isMode, SizeParts parts, ref string? path)
    {
        if (!isMode && SizeText.TryParseTier(word, out var tier)) return parts.AddTier(tier, asked.Path);
        switch (word)
        {
            case "std" or "pro" or "4k":
                break;
            case "low" or "medium" or "high" or "auto" or "xhigh" or "max" when HasWords(draft):
                break;
            case "low" or "medium" or "high" or "auto" or "xhigh" or "max" or "standard" or "hd":
                return ExtrasReader.NotHonoured(draft, asked);
            default:
                return OrderErrors.Invalid("invalid_quality", asked.Path, Values.Show(asked.Value), Rule);
        }

        if (draft.Quality is not null && draft.Quality != word) return OrderErrors.Conflict(path!, asked.Path);
        var allowed = string.Join(", ", draft.AllOffers.SelectMany(offer => offer.Qualities).Distinct());
        if (!draft.TryNarrow(offer => offer.Qualities.Contains(word)))
        {
            return OrderErrors.Unsupported(
                asked, draft.Model.Name, (allowed.Length == 0 ? "It has no such choice. " + Rule : $"Allowed: {allowed}{OrderErrors.Where(draft, offer => offer.Qualities.Contains(word))}.")
                + OrderErrors.FamilyWith(draft, offer => offer.Qualities.Contains(word)));
        }

        (draft.Quality, path) = (word, asked.Path);
        return null;
    }

    // Whether it is a model whose quality is told in such words.
    private static bool HasWords(OrderDraft draft) => draft.AllOffers.Exists(offer => offer.Qualities.Contains("high"));
}
