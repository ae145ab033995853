using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Google;

/// <summary>Reads one object of a body strictly: the first mistake is the answer, and a field nobody documents is one.</summary>
internal sealed class GoogleFields(JsonObject fields, string place, Action<string> refuse)
{
    /// <summary>Refuses every field but these.</summary>
    public void Only(params ReadOnlySpan<string> known)
    {
        foreach (string name in fields.Select(field => field.Key))
        {
            if (!known.Contains(name))
                refuse($"Invalid JSON payload received. Unknown name \"{name}\"{(place.Length == 0 ? "" : $" at '{place}'")}: Cannot find field.");
        }
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => fields[name] is not null;

    /// <summary>An object field, or null.</summary>
    public JsonObject? Object(string name) => fields[name] switch
    {
        null => null,
        JsonObject value => value,
        var other => Wrong<JsonObject>(name, other),
    };

    /// <summary>A list of objects; empty if it is not there.</summary>
    public IReadOnlyList<JsonObject> List(string name)
    {
        if (fields[name] is null)
            return [];
        if (fields[name] is JsonArray list && list.All(item => item is JsonObject))
            return [.. list.Cast<JsonObject>()];
        Wrong<JsonObject>(name, fields[name]!);
        return [];
    }

    /// <summary>A text field, or null.</summary>
    public string? Text(string name) => fields[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => Wrong<string>(name, other),
    };

    /// <summary>One of several words, or null.</summary>
    public string? Word(string name, params ReadOnlySpan<string> allowed)
    {
        string? word = Text(name);
        if (word is not null && !allowed.Contains(word))
            refuse($"`{word}` isn't supported as `{name}` by this model. Supported: {string.Join(", ", allowed.ToArray())}.");
        return word;
    }

    /// <summary>A whole number within bounds, or null. Texts are none.</summary>
    public long? Whole(string name, long min, long max)
    {
        if (fields[name] is not { } node)
            return null;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number || !value.TryGetValue(out double number) || number != Math.Floor(number))
            return (long?)(object?)Wrong<string>(name, node);
        if (number < min || number > max)
            refuse($"The number value for `{name}` is out of bound. Please provide a value between {min} and {max}, inclusive.");
        return (long)number;
    }

    /// <summary>A boolean field, or null.</summary>
    public bool? Flag(string name)
    {
        if (fields[name] is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return fields[name]!.GetValue<bool>();
        if (fields[name] is { } other)
            Wrong<string>(name, other);
        return null;
    }

    private T? Wrong<T>(string name, JsonNode value)
        where T : class
    {
        string shown = JsonText.Of(value);
        refuse($"Invalid value at '{(place.Length == 0 ? "" : place + ".")}{name}': {(shown.Length > 60 ? shown[..60] : shown)}");
        return null;
    }
}
