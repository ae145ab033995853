using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Hints: sent upstream where the upstream model takes them, otherwise listed as warnings; a strict key refuses them.</summary>
internal static class HintReader
{
    /// <summary>Most warnings listed one by one; the rest is counted.</summary>
    private const int MaxWarningCount = 50;

    public static ApiError? Read(OrderDraft draft)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (asked.Parameter.Class is ParameterClass.Hint && ReadHint(draft, asked) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>A hint that nobody honours.</summary>
    public static ApiError? NotHonoured(OrderDraft draft, Asked asked)
    {
        var message = $"`{asked.Path}` = `{Values.Show(asked.Value)}` has no effect with `{draft.Model.Name}`.";
        return Report(draft, asked.Path, "unsupported_parameter", message);
    }

    /// <summary>A field that nobody knows.</summary>
    public static ApiError? Unknown(OrderDraft draft, string path, JsonElement value)
    {
        var isNeutral = value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && value.ValueEquals(""u8));
        return isNeutral ? null : Report(draft, Shown.Name(path), "unknown_parameter", $"`{Shown.Name(path)}` is not a known parameter and has no effect.");
    }

    /// <summary>The end user's id: kept here; a hint towards upstreams that have no place for it.</summary>
    public static ApiError? ReadUser(OrderDraft draft)
    {
        var error = draft.Asked.One<string>(Parameters.User, KeptReader.Id, out var user, out var path);
        if (error is not null || path is null)
        {
            return error;
        }

        draft.User = user;
        return draft.TryNarrow(offer => offer.Extras.Contains(Parameters.User.Name))
            ? null
            : Report(draft, path, "unsupported_parameter", $"`{path}` is kept with the task; `{draft.Model.Name}` has no place for it.");
    }

    private static ApiError? ReadHint(OrderDraft draft, Asked asked)
    {
        var name = asked.Parameter.Name;
        if (!draft.TryNarrow(offer => offer.Extras.Contains(name)))
        {
            return NotHonoured(draft, asked);
        }

        if (ReadHonoured(draft, asked, out var copy) is { } error)
        {
            return error;
        }

        draft.Extras ??= [];
        if (draft.Extras.TryGetPropertyValue(name, out var earlier))
        {
            return JsonNode.DeepEquals(earlier, copy) ? null : OrderErrors.Conflict(name, asked.Path);
        }

        draft.Extras.Add(name, copy);
        return null;
    }

    // What goes upstream has one type, whatever the encoding it came in.
    private static ApiError? ReadHonoured(OrderDraft draft, Asked asked, out JsonNode? value)
    {
        value = null;
        switch (asked.Parameter.Name)
        {
            case "seed" or "fps":
                if (!Values.TryInteger(asked.Value, out var whole) || (asked.Parameter.Name == "fps" && whole is < 1 or > 240))
                {
                    return OrderErrors.WrongType(asked, asked.Parameter.Name == "fps" ? "a whole number from 1 to 240" : "a whole number");
                }

                value = whole;
                return null;
            case "cfg_scale":
                value = Values.TryNumber(asked.Value, out var number) ? number : null;
                return value is null ? OrderErrors.WrongType(asked, "a number") : null;
            case "watermark_info":
                value = PlacesReader.AsObject(draft.Fields, asked.Path, asked.Value, out var parsed) is null ? Values.Copy(parsed!.Value) : null;
                return value is null ? OrderErrors.WrongType(asked, "an object") : null;
            default:
                var error = Values.Text(asked, out var text);
                value = text;
                return error;
        }
    }

    private static ApiError? Report(OrderDraft draft, string path, string code, string message)
    {
        if (draft.Terms.IsStrict)
        {
            return ApiError.Invalid(code, path, $"{message} This key refuses such parameters.");
        }

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
}
