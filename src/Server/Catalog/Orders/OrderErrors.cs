using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Every refusal of a request that could be read but not ordered.</summary>
internal static class OrderErrors
{
    public static ApiError ModelRequired { get; } = ApiError.Invalid("model_required", "model", "`model` is required.");

    public static ApiError PromptRequired(string model, int max) =>
        ApiError.Invalid("prompt_required", "prompt", $"`prompt` is required by `{model}`: 1 to {max:N0} characters.");

    public static ApiError PromptTooLong(int length, string model, int max) => ApiError.Invalid(
        "prompt_too_long", "prompt", $"`prompt` has {length:N0} characters; `{model}` takes at most {max:N0}. It is never cut.");

    public static ApiError ModelNotFound(string name, string why) =>
        new(404, "model_not_found", $"The model `{Shown.Value(name)}` {why}", "model");

    public static ApiError Conflict(string first, string second) => first == second
        ? ApiError.Invalid("conflicting_parameters", Shown.Name(second), $"`{Shown.Name(second)}` was sent more than once with different values.")
        : ApiError.Invalid(
            "conflicting_parameters", Shown.Name(second), $"`{Shown.Name(first)}` and `{Shown.Name(second)}` mean the same and have different values; send one of them.");

    public static ApiError WrongType(Asked asked, string expected) => ApiError.Invalid(
        "invalid_type", asked.Path, $"`{Shown.Name(asked.Path)}` must be {expected}, not {asked.Value.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Object => "an object",
            System.Text.Json.JsonValueKind.Array => "a list",
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "true or false",
            System.Text.Json.JsonValueKind.Number => "a number",
            _ => "text",
        }}.");

    public static ApiError Unsupported(Asked asked, string model, string allowed) => Unsupported(asked.Path, Values.Show(asked.Value), model, allowed);

    public static ApiError Unsupported(string path, string value, string model, string allowed) => ApiError.Invalid(
        "unsupported_parameter", Shown.Name(path), $"`{Shown.Name(path)}` = `{value}` cannot be honoured by `{model}`. {allowed}");

    public static ApiError Invalid(string code, string path, string value, string rule) =>
        ApiError.Invalid(code, Shown.Name(path), $"`{Shown.Name(path)}` = `{value}` is not allowed. {rule}");

    /// <summary>An edit or extension that the model cannot do.</summary>
    public static ApiError UnsupportedOperation(OrderDraft draft, string mode) => ApiError.Invalid(
        "unsupported_operation", "model", $"`{draft.Model.Name}` cannot {mode} a video.{OthersWith(draft, mode)}");

    /// <summary>A sentence with models that have a mode, or nothing.</summary>
    public static string OthersWith(OrderDraft draft, string mode)
    {
        // Pictures are edited too, but that is something else.
        bool IsLike(PublicModel model) => model.Spec.IsImage == draft.Model.Spec.IsImage || (model.Spec.Modes.GetValueOrDefault(mode)?.Accepts("source_video") ?? false);
        var others = Others(draft, model => IsLike(model) && Can(draft, model, offer => offer.Modes.Contains(mode)), 8);
        return others.Length == 0 ? "" : $" Models that can: {others}.";
    }

    /// <summary>A sentence with the models of the same family that can honour something in the same mode, or nothing.</summary>
    public static string FamilyWith(OrderDraft draft, Predicate<ModelOffer> canHonour)
    {
        if (draft.Model.Spec.Family is not { } family) return "";
        var others = Others(draft, model => model.Spec.Family == family && Can(draft, model, offer => offer.Modes.Contains(draft.Mode) && canHonour(offer)), 8);
        return others.Length == 0 ? "" : $" Its `model_name`s that can: {others}.";
    }

    /// <summary>Names of other models for which something holds, those of the same provider first; empty if there are none.</summary>
    public static string Others(OrderDraft draft, Predicate<PublicModel> holds, int most)
    {
        var provider = UpstreamNames.OwnerOf(draft.AllOffers[0].UpstreamModel);
        return string.Join(", ", draft.Terms.Catalog.Models
            .Where(model => model != draft.Model && draft.Terms.MayOrder(model) && holds(model))
            .OrderByDescending(model => UpstreamNames.OwnerOf(model.Offers[0].UpstreamModel) == provider)
            .Take(most)
            .Select(model => $"`{model.Name}`"));
    }

    /// <summary>Whether a model has a servable offer that can honour something.</summary>
    public static bool Can(OrderDraft draft, PublicModel model, Predicate<ModelOffer> canHonour) =>
        model.Offers.Any(offer => canHonour(offer) && draft.Terms.CanServe(offer.UpstreamModel));

    /// <summary>Under what other choices something would be possible: <c> (possible with quality pro)</c>, or nothing.</summary>
    public static string Where(OrderDraft draft, Predicate<ModelOffer> canHonour)
    {
        var able = draft.AllOffers.FindAll(canHonour);
        if (able.Count == 0) return "";
        var inMode = able.FindAll(offer => offer.Modes.Contains(draft.Mode));
        var parts = new List<string>();
        if (inMode.Count == 0) parts.Add("mode " + string.Join(" or ", able.SelectMany(offer => offer.Modes).Distinct()));
        else able = inMode;
        var qualities = able.SelectMany(offer => offer.Qualities).Distinct().ToList();
        if (qualities.Count > 0) parts.Add("quality " + string.Join(" or ", qualities));
        var seconds = able.Where(offer => !offer.Seconds.IsNone).Select(offer => offer.Seconds.ToString()).Distinct().ToList();
        if (seconds.Count > 0) parts.Add($"{string.Join(" or ", seconds)} seconds");
        return parts.Count == 0 ? "" : $" (possible with {string.Join(", ", parts)})";
    }
}
