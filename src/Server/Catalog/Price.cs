using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>What an order costs. Whole micro-dollars, checked; never a float.</summary>
public static class Price
{
    /// <summary>The most the order can cost, rounded up to a whole micro-dollar.</summary>
    /// <param name="order">What is made.</param>
    /// <param name="model">Its public model; the price is fixed at creation, so it is the model of that moment.</param>
    /// <param name="factorMillionths">The group's price factor in millionths.</param>
    /// <exception cref="OverflowException">The result is too large; a price list with such prices is a mistake of the operator.</exception>
    public static long For(GenerationOrder order, PublicModel model, long factorMillionths = AcceptedPrice.FactorOne)
    {
        var price = Of(order, model.Spec, factorMillionths);
        return price.Charge(price.Units);
    }

    /// <summary>The price an order is accepted under.</summary>
    /// <exception cref="OverflowException">The tokens do not fit.</exception>
    public static AcceptedPrice Of(GenerationOrder order, ModelSpec spec, long factorMillionths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(factorMillionths);
        var hasInputVideo = HasInputVideo(order);
        var row = spec.Prices.Count == 0 ? Unsold(spec)
            : RowFor(spec, order.Tier, order.Quality, order.Mode, order.Audio, hasInputVideo)
            ?? throw new ArgumentException($"The model {spec.Name} has no price for this order.", nameof(order));
        var seconds = Math.Max(order.BilledSeconds ?? order.Seconds, 1);
        var inputSeconds = row.Per == "token" ? row.InputSeconds ?? 0 : 0;
        return new AcceptedPrice
        {
            Per = row.Per,
            Micros = row.Micros,
            FactorMillionths = factorMillionths,
            Version = spec.PriceVersion ?? "shipped",
            InputSeconds = inputSeconds,
            Units = row.Per switch
            {
                "second" => checked((long)seconds * order.Count),
                "output" => order.Count,
                "token" => checked(VideoTokens.Of(VideoTokens.PixelsOf(order, spec), seconds + inputSeconds) * order.Count),
                _ => 1,
            },
        };
    }

    /// <summary>
    /// The row that counts; where tier or sound is not known yet, the dearest that may come to count. Null if none fits. Rows of one model that
    /// differ in their unit cannot be compared, and the first of them counts.
    /// </summary>
    public static PriceSpec? RowFor(ModelSpec spec, string tier, string? quality, string mode, bool? audio, bool hasInputVideo = false)
    {
        PriceSpec? best = null;
        foreach (var row in spec.Prices)
        {
            var fits = (row.Quality is null || row.Quality == quality) && (row.Mode is null || row.Mode == mode)
                && (row.InputVideo is null || row.InputVideo == hasInputVideo)
                && (row.Tier is null || tier.Length == 0 || row.Tier == tier) && (row.Audio is null || audio is null || row.Audio == audio);
            if (!fits) continue;
            var isCertain = (row.Tier is null || tier.Length > 0) && (row.Audio is null || audio is not null);
            if (best is null || (row.Per == best.Per && row.Micros > best.Micros)) best = row;
            if (isCertain) return best;
        }

        return best;
    }

    /// <summary>Whether a role is a video that goes into an order.</summary>
    public static bool IsVideo(MediaRole role) => role is MediaRole.SourceVideo or MediaRole.ReferenceVideo;

    private static bool HasInputVideo(GenerationOrder order) => order.Source is not null || order.Media.Any(media => IsVideo(media.Role));

    private static PriceSpec Unsold(ModelSpec spec) => new() { Per = spec.IsFree ? "call" : "none", Micros = 0 };
}
