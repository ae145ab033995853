using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;

namespace Reelay.Server.Billing;

/// <summary>What an order of a caller costs now: the price list of its model times the factor of the caller's group.</summary>
internal sealed class Pricing(EngineParts parts, GroupFactors factors, AccountBook accounts)
{
    /// <summary>The price an order would be accepted under, or why it cannot be sold.</summary>
    /// <param name="order">The order.</param>
    /// <param name="spec">Its public model.</param>
    /// <param name="groups">The caller's groups in order, separated by blanks.</param>
    /// <param name="accountId">Who pays. The store looks once more when it writes the order.</param>
    public ApiResult<Quote> Of(GenerationOrder order, ModelSpec spec, string groups, string accountId)
    {
        if (spec is { Prices.Count: 0, IsFree: false } && accounts.Find(accountId) is not { IsUnlimited: true }) return NotPriced(order.Model);
        try
        {
            var price = Price.Of(order, spec, factors.For(order, groups, parts.Channels));
            return new Quote(price, price.Charge(price.Units));
        }
        catch (OverflowException)
        {
            return new ApiError(403, "price_too_large", $"The price of this order of the model `{order.Model}` is too large to be reserved; ask the operator to look at its price.", "model") { ShouldRetry = false };
        }
    }

    /// <summary>The refusal of a model that nobody has priced.</summary>
    public static ApiError NotPriced(string model) =>
        new(403, "model_not_priced", $"The model `{model}` has no price here, so that it cannot be ordered from a balance; its operator sets one or marks it free.", "model") { ShouldRetry = false };
}

/// <summary>A price and what it comes to.</summary>
/// <param name="Price">What is stored with the task.</param>
/// <param name="Micros">The most the order can cost, in micro-dollars: what is reserved.</param>
internal sealed record Quote(AcceptedPrice Price, long Micros);
