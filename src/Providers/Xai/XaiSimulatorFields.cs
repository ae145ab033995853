using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Xai;

/// <summary>Reads one object of a body strictly: the first mistake is the answer, and a field nobody documents is one.</summary>
internal sealed class XaiSimulatorFields(JsonObject fields, Action<int, string> refuse)
{
    private const int MaxPictureBytes = 10 * 1024 * 1024;

    /// <summary>Refuses every field but these.</summary>
    public void Only(params ReadOnlySpan<string> known)
    {
        foreach (string name in fields.Select(field => field.Key))
        {
            if (!known.Contains(name))
                refuse(422, $"Failed to deserialize the JSON body into the target type: unknown field `{name}`");
        }
    }

    /// <summary>Whether a field is there.</summary>
    public bool Has(string name) => fields.ContainsKey(name);

    /// <summary>A text, or null.</summary>
    public string? Text(string name)
    {
        if (!fields.TryGetPropertyValue(name, out JsonNode? node))
            return null;
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            return value.GetValue<string>();
        Wrong(name, "a string");
        return null;
    }

    /// <summary>One of several words, or what is usual.</summary>
    public string Word(string name, string usual, params ReadOnlySpan<string> allowed)
    {
        string word = Text(name) ?? usual;
        if (Has(name) && !allowed.Contains(word))
            refuse(422, $"{name}: unknown variant `{word}`, expected one of {string.Join(", ", allowed.ToArray())}");
        return word;
    }

    /// <summary>A whole number within bounds, or what is usual.</summary>
    public int Whole(string name, int usual, int min, int max)
    {
        if (!fields.TryGetPropertyValue(name, out JsonNode? node))
            return usual;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number || !value.TryGetValue(out int number))
        {
            Wrong(name, "a whole number");
            return usual;
        }

        if (number < min || number > max)
            refuse(400, $"{name} must be between {min} and {max}, got {number}");
        return number;
    }

    /// <summary>A boolean, or what is usual.</summary>
    public bool Flag(string name, bool usual)
    {
        if (!fields.TryGetPropertyValue(name, out JsonNode? node))
            return usual;
        if (node is JsonValue value && value.TryGetValue(out bool flag))
            return flag;
        Wrong(name, "a boolean");
        return usual;
    }

    /// <summary>The objects of a list; none if it is not there.</summary>
    public IReadOnlyList<JsonObject> List(string name)
    {
        if (!fields.TryGetPropertyValue(name, out JsonNode? node))
            return [];
        if (node is JsonArray { Count: > 0 } list && list.All(item => item is JsonObject))
            return [.. list.Cast<JsonObject>()];
        Wrong(name, "a list of objects");
        return [];
    }

    /// <summary>The bytes of a data URL, none for a link of the web, and null if there is no such field.</summary>
    public byte[]? File(string name, params ReadOnlySpan<string> more)
    {
        if (!fields.TryGetPropertyValue(name, out JsonNode? node))
            return null;
        if (node is JsonObject reference)
            return Bytes(reference, name, refuse, more);
        Wrong(name, "an object with `url`");
        return [];
    }

    /// <summary>The bytes that one reference stands for; none for a link of the web.</summary>
    public static byte[] Bytes(JsonObject reference, string name, Action<int, string> refuse, params ReadOnlySpan<string> more)
    {
        XaiSimulatorFields fields = new(reference, refuse);
        fields.Only(["url", .. more]);
        string url = fields.Text("url") ?? "";
        if (Uri.TryCreate(url, UriKind.Absolute, out Uri? link) && link.Scheme is "http" or "https")
            return [];
        int comma = url.IndexOf(";base64,", StringComparison.Ordinal);
        byte[] bytes = new byte[url.Length];
        if (comma < 0 || !url.StartsWith("data:", StringComparison.Ordinal)
            || !Convert.TryFromBase64String(url[(comma + 8)..], bytes, out int count) || count == 0)
        {
            refuse(400, $"{name}.url must be a public URL or a base64 data URI");
            return [];
        }

        string type = url[5..comma];
        bytes = bytes[..count];
        bool isRight = type.StartsWith("image/", StringComparison.Ordinal)
            ? count <= MaxPictureBytes && ImageHeader.Read(bytes)?.ContentType == type
            : type.StartsWith("video/", StringComparison.Ordinal) ? Mp4Header.Read(bytes) is not null : type.StartsWith("audio/", StringComparison.Ordinal);
        if (!isRight)
            refuse(400, $"{name} could not be read as {type}");
        return bytes;
    }

    private void Wrong(string name, string expected) =>
        refuse(422, $"Failed to deserialize the JSON body into the target type: {name}: invalid type, expected {expected}");
}
