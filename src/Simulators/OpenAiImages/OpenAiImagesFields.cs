using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Simulators.OpenAi;

namespace Reelay.Simulators.OpenAiImages;

/// <summary>Reads the fields of one call, of JSON by type and of a form from text, and keeps the first mistake.</summary>
internal sealed class OpenAiImagesFields(OrderBody body)
{
    /// <summary>The answer to the first mistake, or null while there is none.</summary>
    public SimulatedResponse? Refusal { get; private set; }

    /// <summary>Whether the field was sent with a value; null is none.</summary>
    public bool Has(string name) => body.Fields[name] is not null;

    /// <summary>Refuses the call unless something else was wrong before.</summary>
    public void Refuse(string message, string? param, string? code) => Refuse(OpenAiErrors.Invalid(message, param, code));

    /// <summary>Refuses the call unless something else was wrong before.</summary>
    public void Refuse(SimulatedResponse answer) => Refusal ??= answer;

    /// <summary>A text, or null.</summary>
    public string? Text(string name)
    {
        if (Has(name) && body.Text(name) is null)
            WrongType(name, "a string");
        return body.Text(name);
    }

    /// <summary>A text that must be there and not empty.</summary>
    public string Required(string name, int maxLength)
    {
        string? text = Text(name);
        if (text is null)
            Refuse($"Missing required parameter: '{name}'.", name, "missing_required_parameter");
        else if (text.Length == 0)
            Refuse($"Invalid '{name}': string too short. Expected at least 1 character.", name, "string_below_min_length");
        else if (text.Length > maxLength)
            Refuse($"Invalid '{name}': string too long. At most {maxLength}, but got {text.Length}.", name, "string_above_max_length");
        return text ?? "";
    }

    /// <summary>One of some words.</summary>
    public string Word(string name, string usual, params IReadOnlyList<string> allowed)
    {
        string word = Text(name) ?? usual;
        if (!allowed.Contains(word))
            Refuse($"Invalid value: '{word}'. Supported values are: '{string.Join("', '", allowed)}'.", name, "invalid_value");
        return word;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string name, int usual, int min, int max)
    {
        if (!Has(name))
            return usual;
        int number = usual;
        bool isNumber = body.IsForm
            ? int.TryParse(body.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            : body.Fields[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out number);
        if (!isNumber)
            WrongType(name, "an integer");
        else if (number < min)
            Refuse($"Invalid '{name}': integer below minimum value {min}: got {number}.", name, "integer_below_min_value");
        else if (number > max)
            Refuse($"Invalid '{name}': integer above maximum value {max}: got {number}.", name, "integer_above_max_value");
        return number;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name)
    {
        if (!Has(name))
            return false;
        string text = body.Fields[name]!.ToJsonString().Trim('"');
        if (text is not ("true" or "false") || (!body.IsForm && body.Text(name) is not null))
            WrongType(name, "a boolean");
        return text == "true";
    }

    private void WrongType(string name, string expected) =>
        Refuse($"Invalid type for '{name}': expected {expected}, but got something else instead.", name, "invalid_type");
}
