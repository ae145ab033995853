using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>Reads the fields of a create call one by one; the first mistake is the answer. A field that is null counts as absent.</summary>
internal sealed class SeedanceFields(JsonObject body)
{
    /// <summary>The first mistake so far, or null.</summary>
    public SeedanceRefusal? Mistake { get; private set; }

    /// <summary>Whether a field is there.</summary>
    public bool Has(string name) => body[name] is not null;

    /// <summary>A node's text, or null.</summary>
    public static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Notes a mistake, unless there is one already.</summary>
    public void Refuse(SeedanceRefusal? refusal) => Mistake ??= refusal;

    /// <summary>Notes that a parameter is not right, if it is not.</summary>
    public void Require(bool isRight, string name, string why)
    {
        if (!isRight)
            Refuse(SeedanceRefusal.Parameter(name, why));
    }

    /// <summary>A text, or null if it is absent.</summary>
    public string? Text(string name)
    {
        Require(body[name] is null || TextOf(body[name]) is not null, name, "it must be a string");
        return TextOf(body[name]);
    }

    /// <summary>One of several words, or the usual one.</summary>
    public string Word(string name, string usual, IEnumerable<string> allowed)
    {
        string word = Text(name) ?? usual;
        Require(allowed.Contains(word), name, $"the specified {name} {word} is not supported");
        return word;
    }

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool usual)
    {
        if (body[name] is null)
            return usual;
        bool flag = false;
        Require(body[name] is JsonValue value && value.TryGetValue(out flag), name, "it must be a boolean");
        return flag;
    }

    /// <summary>A whole number, or null if it is absent.</summary>
    public long? Number(string name, long min, long max)
    {
        if (body[name] is null)
            return null;
        long number = 0;
        bool isRight = body[name] is JsonValue value && value.TryGetValue(out number) && number >= min && number <= max;
        Require(isRight, name, $"it must be a whole number of {min} to {max}");
        return isRight ? number : null;
    }
}
