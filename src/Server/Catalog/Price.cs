namespace Reelay.Server.Catalog;

/// <summary>What an order costs. Whole micro-dollars, checked; never a float.</summary>
public static class Price
{
    /// <summary>A group factor of one, in millionths.</summary>
    public const long FactorOne = 1_000_000;

    /// <summary>Seconds times the tier's price times the group's factor, rounded up to a whole micro-dollar.</summary>
    /// <param name="order">What is made.</param>
    /// <param name="model">Its public model; the price is fixed at creation, so it is the model of that moment.</param>
    /// <param name="factorMillionths">The group's price factor in millionths.</param>
    /// <exception cref="OverflowException">The result does not fit; a catalog with such prices is a mistake of the operator.</exception>
    public static long For(GenerationOrder order, PublicModel model, long factorMillionths = FactorOne)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(factorMillionths);
        var micros = checked((Int128)order.Seconds * model.PriceMicrosPerSecond(order.Tier) * factorMillionths);
        return checked((long)((micros + FactorOne - 1) / FactorOne));
    }
}
