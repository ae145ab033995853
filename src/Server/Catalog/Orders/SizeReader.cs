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

        var ask = parts.Ask;
        foreach (var offer in draft.Offers)
        {
            if (offer.Sizes.Resolve(ask) is { } choice)
            {
                draft.Size = choice;
                draft.TryNarrow(other => other.Sizes.Resolve(ask) == choice);
                draft.SizeEcho = parts.Echo ?? choice.Size.ToString();
                return null;
            }
        }

        return NotMade(draft, parts);
    }

    private static ApiError NotMade(OrderDraft draft, SizeParts parts)
    {
        var offers = draft.Offers;
        var sizes = offers.Count == 1
            ? offers[0].Sizes.ToString()
            : string.Join(", ", offers.Select(offer => offer.Sizes.ToString()).Distinct());
        var tiers = string.Join(", ", offers.SelectMany(offer => offer.Sizes.Tiers).Distinct());
        var others = draft.Terms.Catalog.Models
            .Where(model => model != draft.Model && model.Offers.Any(offer => !offer.Sizes.IsAny && offer.Sizes.Resolve(parts.Ask) is not null))
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
