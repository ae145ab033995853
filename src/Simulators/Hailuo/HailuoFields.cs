using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>Reads fields one by one; the first mistake is the answer, and a field that is not documented is one.</summary>
internal sealed class HailuoFields(JsonObject body, Action<string> refuse)
{
    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => body[name] is not null;

    /// <summary>The field as it came.</summary>
    public JsonNode? this[string name] => body[name];

    /// <summary>Refuses every field that is not among these.</summary>
    public void Only(params ReadOnlySpan<string> names)
    {
        foreach ((string name, _) in body)
        {
            if (!names.Contains(name))
                refuse($"unknown field {name}");
        }
    }

    /// <summary>A text field, or null if it is absent.</summary>
    public string? Text(string name)
    {
        if (body[name] is not { } node)
            return null;
        if (node.GetValueKind() == JsonValueKind.String)
            return node.GetValue<string>();
        refuse($"{name} must be a string");
        return null;
    }

    /// <summary>A whole number, or null if it is absent.</summary>
    public int? Whole(string name)
    {
        if (body[name] is not { } node)
            return null;
        if (node.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue(out int number))
            return number;
        refuse($"{name} must be an integer");
        return null;
    }

    /// <summary>Checks that a field is true or false where it is there.</summary>
    public void Flag(string name)
    {
        if (Has(name) && body[name]!.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            refuse($"{name} must be a boolean");
    }

    /// <summary>A link of the web, or null if it is absent.</summary>
    public string? Link(string name)
    {
        string? link = Text(name);
        if (link is null || HailuoMedia.IsLink(link))
            return link;
        refuse($"{name} is no URL");
        return null;
    }
}
