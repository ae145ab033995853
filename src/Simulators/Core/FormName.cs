using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>Turns bracketed form names into objects and arrays: <c>a[b][c]</c>, <c>a[]</c>, <c>a[][b]</c>.</summary>
internal static class FormName
{
    private const int MaxDepth = 8;

    /// <summary>Puts a value where its name says.</summary>
    /// <returns>False if the name is malformed or contradicts another.</returns>
    public static bool Put(JsonObject root, string name, string value)
    {
        if (Split(name) is not { } keys)
            return false;
        JsonNode at = root;
        for (int index = 0; index < keys.Count - 1; index++)
        {
            bool opensArray = keys[index + 1].Length == 0;
            if (Enter(at, keys[index], opensArray, NextKey(keys, index)) is not { } next)
                return false;
            at = next;
        }

        return Set(at, keys[^1], value);
    }

    private static List<string>? Split(string name)
    {
        int open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return name.Length > 0 ? [name] : null;
        if (open == 0 || !name.EndsWith(']'))
            return null;
        string[] inner = name[(open + 1)..^1].Split("][");
        return inner.Length > MaxDepth ? null : [name[..open], .. inner];
    }

    private static string? NextKey(List<string> keys, int index) => index + 1 < keys.Count ? keys[index + 1] : null;

    private static JsonNode? Enter(JsonNode at, string key, bool opensArray, string? nextKey)
    {
        if (at is JsonArray list && key.Length == 0)
        {
            // The n-th value of a repeated sub-key belongs to the n-th object.
            if (list.OfType<JsonObject>().FirstOrDefault(item => nextKey is not null && !item.ContainsKey(nextKey)) is { } open)
                return open;
            JsonNode added = opensArray ? new JsonArray() : new JsonObject();
            list.Add(added);
            return added;
        }

        if (at is not JsonObject parent || key.Length == 0)
            return null;
        if (parent[key] is null)
            parent[key] = opensArray ? new JsonArray() : new JsonObject();
        return parent[key] is JsonArray == opensArray && parent[key] is JsonArray or JsonObject ? parent[key] : null;
    }

    private static bool Set(JsonNode at, string key, string value)
    {
        switch (at)
        {
            case JsonArray list when key.Length == 0:
                list.Add(value);
                return true;
            case JsonObject parent when key.Length > 0:
                parent[key] = value;
                return true;
            default:
                return false;
        }
    }
}
