using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Which model, and which upstream models can make it now.</summary>
internal static class ModelReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.Model, Values.Text, out var name, out _) is { } error)
        {
            return error;
        }

        name ??= draft.Terms.DefaultModel;
        if (name.Length == 0)
        {
            return OrderErrors.ModelRequired;
        }

        if (draft.Terms.Catalog.Find(name) is not { } model || !draft.Terms.MayOrder(model))
        {
            return OrderErrors.ModelNotFound(name, $"does not exist, or this key may not order it.{Hint(draft, name)} GET /v1/models lists what it can order.");
        }

        draft.Model = model;
        draft.Offers = [.. model.Offers];
        return draft.TryNarrow(offer => draft.Terms.CanServe(offer.UpstreamModel))
            ? null
            : OrderErrors.ModelNotFound(name, $"is served by no channel at present.{Successor(model)} GET /v1/models lists what this key can order.");
    }

    private static string Hint(OrderDraft draft, string name)
    {
        if (draft.Terms.Catalog.Find(name) is { } model)
        {
            return Successor(model);
        }

        // Some gateways choose a group by a suffix; here a group belongs to the key.
        var end = name.LastIndexOfAny(['@', '-', ':']);
        return end > 0 && draft.Terms.Catalog.Find(name[..end]) is { } named
            ? $" Names take no suffix for a group, which belongs to the key; `{named.Name}` exists."
            : "";
    }

    private static string Successor(PublicModel model) =>
        model.Spec.Lifecycle.Successor is { } successor ? $" Its successor is `{successor}`." : "";
}
