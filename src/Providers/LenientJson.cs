using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers;

/// <summary>
/// Reads upstream JSON without insisting on types: numbers may be text and the other way round, and whatever is neither counts as absent.
/// </summary>
public static class LenientJson
{
    /// <summary>The member of that name, or an undefined element if there is none or this is no object.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>The items of an array; none if this is no array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>The text of a string, number or boolean; null for anything else and for the empty string.</summary>
    public static string? AsText(this JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return element.GetString() is { Length: > 0 } text ? text : null;
                }
                catch (InvalidOperationException)
                {
                    // Half a surrogate pair, written as an escape.
                    return null;
                }

            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return element.GetRawText();
            default:
                return null;
        }
    }

    /// <summary>The value of a number, or of a string that holds one (a percent sign may follow); null for anything else.</summary>
    public static decimal? AsNumber(this JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return element.TryGetDecimal(out var number) ? number : null;
        return element.ValueKind == JsonValueKind.String
            && decimal.TryParse(element.AsText()?.Trim().TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : null;
    }

    /// <summary>A moment given as Unix seconds, or milliseconds where the number is too large to be seconds.</summary>
    public static DateTimeOffset? AsUnixTime(decimal? value) => value switch
    {
        null or <= 0 or >= 1e14m => null,
        >= 1e11m => DateTimeOffset.FromUnixTimeMilliseconds((long)value.Value),
        _ => DateTimeOffset.FromUnixTimeMilliseconds((long)(value.Value * 1000)),
    };
}

/// <summary>Reads any scalar as text; see <see cref="LenientJson.AsText"/>.</summary>
public sealed class LenientTextConverter : JsonConverter<string?>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.AsText();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Reads numbers and texts that hold one; see <see cref="LenientJson.AsNumber"/>.</summary>
public sealed class LenientNumberConverter : JsonConverter<decimal?>
{
    /// <inheritdoc/>
    public override decimal? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.AsNumber();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, decimal? value, JsonSerializerOptions options)
    {
        if (value is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
    }
}
