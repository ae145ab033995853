using System.Text.Json;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Api;

/// <summary>
/// Reads the fields of an operator's body one by one. What is absent stays as it is; null takes a bound away. The first mistake is kept, and a
/// field that nobody asks for is one: a misspelt limit must not pass for a limit.
/// </summary>
/// <param name="root">The body; one that is no object has no fields.</param>
/// <param name="prefix">Where the object stands in the body, for messages: empty, or its name and a dot.</param>
internal sealed class AdminFields(JsonElement root, string prefix = "")
{
    private const int MaxWords = 500;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>The first mistake, or null.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => TryTake(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Notes a mistake of a field.</summary>
    public void Refuse(string code, string name, string message) => Error ??= new ApiError(400, code, message, prefix + name);

    /// <summary>A text, or what it was.</summary>
    public string? Text(string name, string? otherwise)
    {
        if (!TryTake(name, out var value)) return otherwise;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        if (value.ValueKind != JsonValueKind.Null) RefuseType(name, "a text");
        return null;
    }

    /// <summary>True or false, or what it was.</summary>
    public bool Flag(string name, bool otherwise)
    {
        if (!TryTake(name, out var value) || value.ValueKind == JsonValueKind.Null) return otherwise;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) RefuseType(name, "true or false");
        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>A whole number within bounds, null for none, or what it was.</summary>
    public long? Whole(string name, long? otherwise, long min, long max)
    {
        if (!TryTake(name, out var value)) return otherwise;
        if (value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Number) RefuseType(name, "a whole number, or null for none");
        else if (!value.TryGetInt64(out var number) || number < min || number > max)
            Refuse("invalid_value", name, $"{prefix}{name} must be a whole number from {min} to {max}, or null for none, not {Shown.Value(value.GetRawText())}.");
        else return number;
        return null;
    }

    /// <summary>A list of texts, empty for null; or null if it is absent.</summary>
    public IReadOnlyList<string?>? Words(string name)
    {
        if (!TryTake(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Null) return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)))
        {
            RefuseType(name, "a list of words");
            return null;
        }

        if (value.GetArrayLength() > MaxWords) Refuse("invalid_value", name, $"{prefix}{name} takes {MaxWords} words at most, not {value.GetArrayLength()}.");
        return [.. value.EnumerateArray().Take(MaxWords).Select(item => item.GetString())];
    }

    /// <summary>An object's fields, or null if it is absent or null.</summary>
    public AdminFields? Object(string name)
    {
        if (!TryTake(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Object) return new AdminFields(value, prefix + name + ".");
        RefuseType(name, "an object");
        return null;
    }

    /// <summary>The first mistake, a field that was not asked for included.</summary>
    public ApiError? Finish()
    {
        if (Error is not null) return Error;
        if (root.ValueKind != JsonValueKind.Object) return new ApiError(400, "invalid_json", "The body must be an object.");
        foreach (var field in root.EnumerateObject())
        {
            if (_asked.Contains(field.Name)) continue;
            var known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
            return new ApiError(400, "unknown_parameter", $"There is no field '{Shown.Value(prefix + field.Name)}' here; there are {known}.", prefix + field.Name);
        }

        return null;
    }

    private bool TryTake(string name, out JsonElement value)
    {
        _asked.Add(name);
        value = default;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out value);
    }

    private void RefuseType(string name, string wanted) => Refuse("invalid_json", name, $"{prefix}{name} must be {wanted}.");
}
