namespace Reelay.Server.Catalog.Orders;

/// <summary>What the server and the caller's key add to a request before it can become an order.</summary>
public sealed record OrderTerms
{
    /// <summary>The models of this server.</summary>
    public required ModelCatalog Catalog { get; init; }

    /// <summary>Whether this key may order a public model; all by default.</summary>
    public Func<PublicModel, bool> MayOrder { get; init; } = _ => true;

    /// <summary>Whether a channel open to this key serves an upstream model, named <c>provider:model</c>; all by default.</summary>
    public Func<string, bool> CanServe { get; init; } = _ => true;

    /// <summary>The model when the request names none; empty makes <c>model</c> required.</summary>
    public string DefaultModel { get; init; } = "sora-2";

    /// <summary>Whether hints that cannot be honoured are refused instead of reported.</summary>
    public bool IsStrict { get; init; }
}
