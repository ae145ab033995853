using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Which model, and which upstream models can make it now.</summary>
internal static class ModelReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.Model, Values.Text, out var name, out _) is { } error) return error;
        if (draft.Asked.One<string>(Parameters.ModelName, Values.Text, out var member, out var memberPath) is { } memberError) return memberError;

        // What goes on from an earlier video is made by the same model, unless another is named.
        name ??= (member is not null && draft.Terms.Catalog.Find(member) is not null ? member : null) ?? draft.Source?.Model ?? draft.Terms.DefaultModel;
        if (name.Length == 0) return OrderErrors.ModelRequired;
        draft.ModelName = name;
        return draft.Terms.Catalog.FindFamily(name) is { } family
            ? ReadMember(draft, name, family, member, memberPath)
            : ReadNamed(draft, name) ?? CheckMember(draft, member, memberPath);
    }

    private static ApiError? ReadNamed(OrderDraft draft, string name)
    {
        if (draft.Terms.Catalog.Find(name) is not { } model || !draft.Terms.MayOrder(model))
        {
            return OrderErrors.ModelNotFound(name, $"does not exist, or this key may not order it.{Hint(draft, name)} GET /v1/models lists what it can order.");
        }

        if (draft.Terms.Catalog.FindAlias(name) is { } alias && Fix(draft, alias) is { } error) return error;
        return Choose(draft, model, name);
    }

    private static ApiError? ReadMember(OrderDraft draft, string name, IReadOnlyList<PublicModel> family, string? member, string? path)
    {
        var names = string.Join(", ", family.Where(draft.Terms.MayOrder).Select(model => $"`{model.Name}`"));
        if (member is null) return ApiError.Invalid("model_name_required", "model_name", $"`{name}` needs `model_name`: one of {names}.");
        return family.FirstOrDefault(model => model.Name == member) is { } chosen && draft.Terms.MayOrder(chosen)
            ? Choose(draft, chosen, member)
            : OrderErrors.Invalid("invalid_model_name", path!, Api.Reading.Shown.Value(member), $"`{name}` has {names}.");
    }

    // Beside a model of its own, the second name can only repeat the first.
    private static ApiError? CheckMember(OrderDraft draft, string? member, string? path) =>
        member is null || member == draft.Model.Name ? null
            : OrderErrors.Unsupported(path!, Api.Reading.Shown.Value(member), draft.Model.Name, "Name the model in `model` alone.");

    private static ApiError? Choose(OrderDraft draft, PublicModel model, string name)
    {
        draft.Model = model;
        draft.Offers = [.. model.Offers];
        if (!draft.TryNarrow(offer => draft.Terms.CanServe(offer.UpstreamModel)))
        {
            if (draft.Terms.Catalog.FindSuccession(model) is { } succession) return SuccessionReader.Apply(draft, succession) ?? Choose(draft, succession.New, name);
            return OrderErrors.ModelNotFound(name, $"is served by no channel at present.{Successor(model)} GET /v1/models lists what this key can order.");
        }

        draft.AllOffers = draft.Offers;
        return draft.Terms.Route.Mode is { } mode && !draft.Offers.Exists(offer => offer.Modes.Contains(mode)) ? Delegate(draft, model, mode) : null;
    }

    // The catalog may name another model that edits this one's results.
    private static ApiError? Delegate(OrderDraft draft, PublicModel model, string mode)
    {
        if (model.Spec.EditWith is not { } name || draft.Terms.Catalog.Find(name) is not { } other || !draft.Terms.MayOrder(other)
            || !other.Offers.Any(offer => offer.Modes.Contains(mode) && draft.Terms.CanServe(offer.UpstreamModel)))
        {
            return OrderErrors.UnsupportedOperation(draft, mode);
        }

        draft.Note("model", name, "mapped", $"`{model.Name}` cannot {mode}, and the catalog names `{name}` for it");
        return Choose(draft, other, name);
    }

    // An alias fixes parameters as if they had been sent with it.
    private static ApiError? Fix(OrderDraft draft, ModelAlias alias)
    {
        foreach (var (name, value) in alias.Parameters)
        {
            var parameter = Parameters.Find(name)!;
            var element = JsonSerializer.SerializeToElement(value, AliasJson.Default.JsonNode);
            foreach (var asked in draft.Asked.Of(parameter))
            {
                if (Values.Show(asked.Value) != Values.Show(element))
                {
                    return OrderErrors.Invalid(
                        "conflicting_parameters", asked.Path, Values.Show(asked.Value), $"The name `{alias.Name}` fixes it to {Values.Show(element)}; leave it out.");
                }
            }

            draft.Asked.Add(new Asked(parameter, name, element));
            draft.Note(name, Values.Show(element), "mapped", $"the name `{alias.Name}` stands for `{alias.Model}` with it");
        }

        return null;
    }

    private static string Hint(OrderDraft draft, string name)
    {
        if (draft.Terms.Catalog.Find(name) is { } model) return Successor(model);

        // Some gateways choose a group by a suffix; here a group belongs to the key.
        var end = name.LastIndexOfAny(['@', '-', ':']);
        return end > 0 && (draft.Terms.Catalog.Find(name[..end])?.Name ?? (draft.Terms.Catalog.FindFamily(name[..end]) is null ? null : name[..end])) is { } named
            ? $" Names take no suffix for a group, which belongs to the key; `{named}` exists."
            : "";
    }

    private static string Successor(PublicModel model) =>
        model.Spec.Lifecycle.Successor is { } successor ? $" Its successor is `{successor}`." : "";
}

/// <summary>Writing what the catalog puts in the place of what was sent.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode)), System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class AliasJson : System.Text.Json.Serialization.JsonSerializerContext;
