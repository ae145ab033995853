using Reelay.Server.Catalog;

namespace Reelay.Server.Billing;

/// <summary>What an operator says a model costs, in the place of what is shipped.</summary>
/// <param name="Version">Which list it is: named by the tasks that were accepted under it.</param>
/// <param name="IsFree">It costs nothing; then there are no rows.</param>
/// <param name="Prices">The rows; the first that fits an order counts.</param>
internal sealed record ModelPricing(string Version, bool IsFree, IReadOnlyList<PriceSpec> Prices)
{
    /// <summary>Whether a mistake in it stops the start. One that was right when it was written leaves its model without a price instead.</summary>
    public bool IsBinding { get; init; } = true;

    /// <summary>The model with it. One whose rows do not fit it any more is left without a price: sold by a wrong one it must not be.</summary>
    /// <param name="spec">The model as it is shipped, or added by a channel.</param>
    /// <param name="isWrong">Whether the rows do not fit.</param>
    public ModelSpec Apply(ModelSpec spec, bool isWrong = false) =>
        spec with { IsFree = IsFree && !isWrong, Prices = isWrong ? [] : Prices, PriceVersion = Version };
}
