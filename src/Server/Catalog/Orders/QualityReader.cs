using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary><c>quality</c> is three things at the described gateways: a tier, a mode of one vendor, or a hint.</summary>
internal static class QualityReader
{
    private const string Rule = "It is a tier such as 720p or 4k, or one of low, medium, high, auto, xhigh, max, standard, hd.";

    public static ApiError? Read(OrderDraft draft, SizeParts parts)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (!ReferenceEquals(asked.Parameter, Parameters.Quality))
            {
                continue;
            }

            if ((Values.Text(asked, out var text) ?? ReadWord(draft, asked, text.Trim().ToLowerInvariant(), parts)) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static ApiError? ReadWord(OrderDraft draft, Asked asked, string word, SizeParts parts)
    {
        if (SizeText.TryParseTier(word, out var tier))
        {
            return parts.AddTier(tier, asked.Path);
        }

        return word switch
        {
            "std" or "pro" => OrderErrors.Unsupported(asked, draft.Model.Name, "Only Kling models have this mode. " + Rule),
            "low" or "medium" or "high" or "auto" or "xhigh" or "max" or "standard" or "hd" => HintReader.NotHonoured(draft, asked),
            _ => OrderErrors.Invalid("invalid_quality", asked.Path, Values.Show(asked.Value), Rule),
        };
    }
}
