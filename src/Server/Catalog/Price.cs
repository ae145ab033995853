namespace Reelay.Server.Catalog;

/// <summary>What an order costs. Whole micro-dollars, checked; never a float.</summary>
public static class Price
{
    /// <summary>A group factor of one, in millionths.</summary>
    public const long FactorOne = 1_000_000;

    /// <summary>The most the order can cost, rounded up to a whole micro-dollar.</summary>
    /// <param name="order">What is made.</param>
    /// <param name="model">Its public model; the price is fixed at creation, so it is the model of that moment.</param>
    /// <param name="factorMillionths">The group's price factor in millionths.</param>
    /// <exception cref="OverflowException">The result does not fit; a catalog with such prices is a mistake of the operator.</exception>
    public static long For(GenerationOrder order, PublicModel model, long factorMillionths = FactorOne)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(factorMillionths);
        var row = RowFor(model.Spec, order.Tier, order.Quality, order.Mode, order.Audio)
            ?? throw new ArgumentException($"The model {model.Name} has no price for this order.", nameof(order));
        var units = (Int128)order.Count * (row.Per == "second" ? Math.Max(order.BilledSeconds ?? order.Seconds, 1) : 1);
        var micros = checked(units * row.Micros * factorMillionths);
        return checked((long)((micros + FactorOne - 1) / FactorOne));
    }

    /// <summary>The row that counts; where tier or sound is not known yet, the dearest that may come to count. Null if none fits.</summary>
    public static PriceSpec? RowFor(ModelSpec spec, string tier, string? quality, string mode, bool? audio)
    {
        PriceSpec? best = null;
        foreach (var row in spec.Prices)
        {
            var fits = (row.Quality is null || row.Quality == quality) && (row.Mode is null || row.Mode == mode)
                && (row.Tier is null || tier.Length == 0 || row.Tier == tier) && (row.Audio is null || audio is null || row.Audio == audio);
            if (!fits) continue;
            var isCertain = (row.Tier is null || tier.Length > 0) && (row.Audio is null || audio is not null);
            if (best is null || row.Micros > best.Micros) best = row;
            if (isCertain) return best;
        }

        return best;
    }
}
