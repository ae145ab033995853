using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>
/// Parameters that only some upstreams have. What changes content or price is refused where nobody takes it; a hint is sent where it is
/// taken, otherwise listed as a warning, or refused by a strict key.
/// </summary>
internal static class ExtrasReader
{
    /// <summary>Most warnings listed one by one; the rest is counted.</summary>
    private const int MaxWarningCount = 50;

    /// <summary>Reads what must be honoured.</summary>
    public static ApiError? ReadContent(OrderDraft draft)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (asked.Parameter.Class is not ParameterClass.Content) continue;
            var error = TryTake(draft, asked.Parameter.Name, asked.Path, asked.Value, out var isTaken);
            if (error is not null) return error;
            if (!isTaken) return Refuse(draft, asked.Path, asked.Parameter.Name, asked.Value, asked.Parameter.Advice);
        }

        foreach (var field in draft.Unknown)
        {
            if (!IsContent(draft, field) || IsNothing(field.Value)) continue;
            var error = TryTake(draft, field.Name, field.Path, field.Value, out var isTaken);
            if (error is not null) return error;
            if (!isTaken) return Refuse(draft, field.Path, field.Name, field.Value, null);
        }

        return null;
    }

    /// <summary>Reads what need not be honoured.</summary>
    public static ApiError? ReadHints(OrderDraft draft)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (asked.Parameter.Class is not ParameterClass.Hint) continue;
            if (TryTake(draft, asked.Parameter.Name, asked.Path, asked.Value, out var isTaken) is { } error) return error;
            if (!isTaken && (Differs(draft, asked) ?? NotHonoured(draft, asked)) is { } refusal) return refusal;
        }

        foreach (var field in draft.Unknown)
        {
            if (IsContent(draft, field) || IsNothing(field.Value)) continue;
            if (TryTake(draft, field.Name, field.Path, field.Value, out var isTaken) is { } error) return error;
            if (isTaken || field.IsKept) continue;
            if (Unknown(draft, field.Path) is { } unknown) return unknown;
        }

        return null;
    }

    /// <summary>A hint that nobody honours.</summary>
    public static ApiError? NotHonoured(OrderDraft draft, Asked asked) => Report(
        draft, asked.Path, "unsupported_parameter", $"`{asked.Path}` = `{Values.Show(asked.Value)}` has no effect with `{draft.Model.Name}`.");

    /// <summary>Lists a warning, or refuses for a strict key.</summary>
    public static ApiError? Report(OrderDraft draft, string path, string code, string message)
    {
        if (draft.Terms.IsStrict) return ApiError.Invalid(code, path, $"{message} This key refuses such parameters.");
        if (draft.Warnings.Count < MaxWarningCount)
        {
            draft.Warnings.Add(new OrderWarning(path, code, message));
        }
        else if (draft.Warnings.Count == MaxWarningCount)
        {
            draft.Warnings.Add(new OrderWarning(path, "more_warnings", $"`{path}` and possibly more parameters have no effect either; {MaxWarningCount} are listed."));
        }

        return null;
    }

    private static ApiError? Unknown(OrderDraft draft, string path) => Report(
        draft, Shown.Name(path), "unknown_parameter", $"`{Shown.Name(path)}` is not a known parameter and has no effect.");

    private static bool IsNothing(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && value.ValueEquals(""u8));

    // What only other models know counts too, except in the metadata, where callers keep what they like under any name.
    private static bool IsContent(OrderDraft draft, UnknownField field)
    {
        var isKnown = draft.AllOffers.Exists(offer => offer.Extras.ContainsKey(field.Name));
        return isKnown
            ? draft.AllOffers.Exists(offer => offer.Extras.TryGetValue(field.Name, out var extra) && extra.IsContent)
            : !field.IsKept && draft.Terms.Catalog.ContentExtras.Contains(field.Name);
    }

    private static ApiError? TryTake(OrderDraft draft, string name, string path, JsonElement value, out bool isTaken)
    {
        isTaken = draft.TryNarrow(offer => offer.Extras.ContainsKey(name));
        if (!isTaken) return null;
        if (ExtraValue.Read(draft, draft.Offers[0].Extras[name], path, value, out var copy) is { } error) return error;
        draft.Extras ??= [];
        if (draft.FirstSent.TryAdd(name, (path, value)) || (draft.Terms.IsLenient && path == name)) draft.Extras[name] = copy;
        else if (!draft.Terms.IsLenient && !JsonNode.DeepEquals(draft.Extras[name], copy)) return OrderErrors.Conflict(draft.FirstSent[name].Path, path);
        return null;
    }

    // A hint that has no effect is still one parameter with one value.
    private static ApiError? Differs(OrderDraft draft, Asked asked)
    {
        if (draft.FirstSent.TryAdd(asked.Parameter.Name, (asked.Path, asked.Value)) || draft.Terms.IsLenient) return null;
        var first = draft.FirstSent[asked.Parameter.Name];
        var isSame = JsonElement.DeepEquals(first.Value, asked.Value)
            || (asked.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && Values.Show(first.Value) == Values.Show(asked.Value));
        return isSame ? null : OrderErrors.Conflict(first.Path, asked.Path);
    }

    private static string Others(OrderDraft draft, string name, string where)
    {
        if (where.Length > 0) return "";
        var others = OrderErrors.Others(draft, model => OrderErrors.Can(draft, model, offer => offer.Extras.ContainsKey(name)), 3);
        return others.Length == 0 ? "" : $" It is taken by {others}.";
    }

    private static ApiError Refuse(OrderDraft draft, string path, string name, JsonElement value, string? advice)
    {
        var where = OrderErrors.Where(draft, offer => offer.Extras.ContainsKey(name));
        return OrderErrors.Unsupported(path, Values.Show(value), draft.Model.Name, advice ?? $"It has no such parameter{(where.Length > 0 ? " here" + where : "")}.{Others(draft, name, where)}");
    }
}
