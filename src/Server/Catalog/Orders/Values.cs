using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Reads single values, which are text in forms and may be anything in JSON.</summary>
internal static class Values
{
    /// <summary>Whether a value says nothing: null, empty, or what the parameter's row calls neutral.</summary>
    public static bool IsNeutral(Asked asked) => asked.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => asked.Value.ValueEquals(""u8) || IsNeutralText(asked, asked.Value),
        JsonValueKind.Array => asked.Value.GetArrayLength() == 0 && IsOpen(asked.Parameter),
        JsonValueKind.Object => asked.Value.GetPropertyCount() == 0 && IsOpen(asked.Parameter),
        JsonValueKind.False => asked.Parameter.Class is ParameterClass.Content,
        _ => asked.Parameter.Neutral.Contains(asked.Value.GetRawText()),
    };

    /// <summary>Reads text; a number or anything else is refused.</summary>
    public static ApiError? Text(Asked asked, out string value)
    {
        value = "";
        if (asked.Value.ValueKind is not JsonValueKind.String)
        {
            return OrderErrors.WrongType(asked, "text");
        }

        value = asked.Value.GetString()!;
        return null;
    }

    /// <summary>Reads a whole number from a number or from text; <c>8.0</c> is 8.</summary>
    public static bool TryInteger(JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind is JsonValueKind.String
            ? TryInteger(element.GetString(), out value)
            : TryNumber(element, out var number) && TryWhole(number, out value);
    }

    /// <summary>Reads a whole number from text.</summary>
    public static bool TryInteger(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        text = text.Trim();
        return text.Length is > 0 and <= 32
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && TryWhole(number, out value);
    }

    /// <summary>Reads a number from a number or from text.</summary>
    public static bool TryNumber(JsonElement element, out decimal value)
    {
        value = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDecimal(out value),
            JsonValueKind.String => decimal.TryParse(
                element.GetString(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
            _ => false,
        };
    }

    /// <summary>Reads yes or no in the spellings of the described gateways.</summary>
    public static bool TryBoolean(JsonElement element, out bool value)
    {
        var text = element.ValueKind is JsonValueKind.String ? element.GetString()!.Trim().ToLowerInvariant() : "";
        value = element.ValueKind is JsonValueKind.True || text is "true" or "on" or "1" or "yes";
        return value || element.ValueKind is JsonValueKind.False || text is "false" or "off" or "0" or "no";
    }

    /// <summary>A value for a message: short, on one line.</summary>
    public static string Show(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Shown.Value(element.GetString()!),
        JsonValueKind.Object => "{…}",
        JsonValueKind.Array => "[…]",
        _ => Shown.Value(element.GetRawText()),
    };

    /// <summary>Copies a value out of the request, so that it outlives it. Of equal duplicate keys one is kept.</summary>
    public static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var target = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    target.TryAdd(member.Name, Copy(member.Value));
                }

                return target;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Copy)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static bool IsOpen(Parameter parameter) => parameter.Class is not ParameterClass.Read || parameter.IsList;

    private static bool IsNeutralText(Asked asked, JsonElement value)
    {
        if (asked.Parameter.Class is ParameterClass.Content && (value.ValueEquals("false"u8) || value.ValueEquals("[]"u8) || value.ValueEquals("{}"u8)))
        {
            return true;
        }

        foreach (var neutral in asked.Parameter.Neutral)
        {
            if (value.ValueEquals(neutral))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryWhole(decimal number, out int value)
    {
        value = 0;
        if (number != decimal.Truncate(number) || number is < int.MinValue or > int.MaxValue)
        {
            return false;
        }

        value = (int)number;
        return true;
    }
}
