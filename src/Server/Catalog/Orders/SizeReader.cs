using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Size, ratio and tier: joins whatever was asked, then finds what the model makes of it.</summary>
internal static class SizeReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        var parts = new SizeParts();
        if (parts.Read(draft) is { } error)
        {
            return error;
        }

        draft.SizeEcho = parts.Echo ?? "";
        return parts.Ask == default || TryChoose(draft, parts.Ask) ? null : NotMade(draft, parts);
    }

    /// <summary>Sets the size where none was asked, once everything that was asked has chosen the upstream models.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (draft.Size == default && !TryChoose(draft, default))
        {
            TryChoose(draft, new SizeAsk(draft.Offers[0].Sizes.Sizes.First(), null, null));
        }

        draft.SizeEcho = draft.SizeEcho.Length > 0 ? draft.SizeEcho : draft.Size.Size.ToString();
    }

    private static bool TryChoose(OrderDraft draft, SizeAsk ask)
    {
        foreach (var offer in draft.Offers)
        {
            if (offer.Sizes.Resolve(ask) is { } choice)
            {
                draft.Size = choice;
                return draft.TryNarrow(other => other.Sizes.Resolve(ask) == choice);
            }
        }

        return false;
    }

    private static ApiError NotMade(OrderDraft draft, SizeParts parts)
    {
        var offers = draft.Offers;
        var sizes = offers.Count == 1
            ? offers[0].Sizes.ToString()
            : string.Join(", ", offers.Select(offer => offer.Sizes.ToString()).Distinct());
        var tiers = string.Join(", ", offers.SelectMany(offer => offer.Sizes.Tiers).Distinct());
        var others = draft.Terms.Catalog.Models
            .Where(model => model != draft.Model && draft.Terms.MayOrder(model) && model.Offers.Any(offer => !offer.Sizes.IsAny && offer.Sizes.Resolve(parts.Ask) is not null))
            .Select(model => $"`{model.Name}`")
            .Take(3)
            .ToList();
        return OrderErrors.Invalid(
            "invalid_size",
            parts.FirstPath,
            parts.Describe(),
            $"`{draft.Model.Name}` makes {sizes}{(tiers.Length > 0 ? $" (tiers {tiers})" : "")}."
            + (others.Count > 0 ? $" It can be made by {string.Join(", ", others)}." : ""));
    }
}
