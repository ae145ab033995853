using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Reads the value of an extra parameter: what goes upstream has one type, whatever the encoding it came in.</summary>
internal static class ExtraValue
{
    /// <summary>Reads and checks one value by the upstream's own facts.</summary>
    public static ApiError? Read(OrderDraft draft, ExtraParameter extra, string path, JsonElement value, out JsonNode? result)
    {
        result = extra.Type switch
        {
            "integer" => Values.TryInteger(value, out var whole) && IsWithin(extra, whole) ? whole : null,
            "number" => Values.TryNumber(value, out var number) && IsWithin(extra, number) ? number : null,
            "boolean" => Values.TryBoolean(value, out var truth) ? truth : null,
            "object" => Structured(draft, path, value, JsonValueKind.Object),
            "list" => Structured(draft, path, value, JsonValueKind.Array) is JsonArray list && IsWithin(extra, list.Count) ? list : null,
            _ => Text(extra, value),
        };
        return result is not null ? null : OrderErrors.Invalid(IsOutOfRange(extra, value) ? "unsupported_parameter" : "invalid_type", path, Values.Show(value), Rule(extra));
    }

    // Of the right type, and still not what the model takes.
    private static bool IsOutOfRange(ExtraParameter extra, JsonElement value) => extra.Type switch
    {
        "integer" => Values.TryInteger(value, out _),
        "number" => Values.TryNumber(value, out _),
        _ => false,
    };

    private static JsonValue? Text(ExtraParameter extra, JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True or JsonValueKind.False when extra.Allowed.Count > 0 => value.GetBoolean() ? "on" : "off",
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        if (text is null || (extra.MaxLength is { } most && text.Length > most && PromptReader.Count(text) > most)) return null;
        if (extra.Allowed.Count == 0) return JsonValue.Create(text);
        return extra.Allowed.FirstOrDefault(word => word.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)) is { } allowed ? JsonValue.Create(allowed) : null;
    }

    private static JsonNode? Structured(OrderDraft draft, string path, JsonElement value, JsonValueKind kind)
    {
        if (value.ValueKind is JsonValueKind.String)
        {
            if (draft.Fields.TryParseText(path, value.GetString()!, out value) is not null) return null;
        }
        else if (draft.Fields.IsForm && value.ValueKind == kind) return FromBrackets("", value);
        return value.ValueKind == kind ? Values.Copy(value) : null;
    }

    // Inside of brackets all is text; numbers and truths become what a JSON body would have said. Ids stay text even of digits alone.
    private static JsonNode? FromBrackets(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, FromBrackets(member.Name, member.Value)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(item => FromBrackets(name, item))]),
        JsonValueKind.String when name != "id" && !name.EndsWith("_id", StringComparison.Ordinal) && IsTyped(value.GetString()!) => JsonNode.Parse(value.GetString()!),
        _ => Values.Copy(value),
    };

    private static bool IsTyped(string text) =>
        text is "true" or "false" || (text is ['-' or (>= '0' and <= '9'), ..] && IsNumber(text));

    private static bool IsNumber(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType is JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsWithin(ExtraParameter extra, decimal number) => !(number < extra.Min) && !(number > extra.Max);

    private static string Rule(ExtraParameter extra)
    {
        var bounds = (extra.Min, extra.Max) switch
        {
            ({ } min, { } max) => $" from {Show(min)} to {Show(max)}",
            ({ } min, null) => $" of at least {Show(min)}",
            (null, { } max) => $" of at most {Show(max)}",
            _ => "",
        };
        return extra.Type switch
        {
            "integer" => $"It is a whole number{bounds}.",
            "number" => $"It is a number{bounds}.",
            "boolean" => "It is true or false, or on or off.",
            "object" => "It is an object.",
            "list" => $"It is a list{(bounds.Length > 0 ? $" with a number of items{bounds}" : "")}.",
            _ when extra.Allowed.Count > 0 => $"Allowed: {string.Join(", ", extra.Allowed)}.",
            _ => $"It is text{(extra.MaxLength is { } most ? $" of at most {most:N0} characters" : "")}.",
        };
    }

    private static string Show(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);
}
