using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>Checks that OpenAI's writing calls have in common; the first mistake is the answer.</summary>
internal static class OpenAiChecks
{
    private const int MaxPromptCharacters = 32_000;

    /// <summary>Refuses names that the call does not have, and files where none belongs.</summary>
    public static SimulatedResponse? Names(OrderBody body, string[] fields, string? fileField)
    {
        IEnumerable<string> names = body.Fields.Select(field => field.Key).Concat(body.Files.Keys);
        if (names.FirstOrDefault(name => !fields.Contains(name)) is { } unknown)
            return OpenAiErrors.Invalid($"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter");
        if (body.Files.Keys.FirstOrDefault(name => name != fileField) is { } file)
            return WrongType(file, "a string", "a file");
        return fileField is not null && body.Files.ContainsKey(fileField) && body.Fields.ContainsKey(fileField)
            ? OpenAiErrors.Invalid($"Duplicate parameter: '{fileField}'.", fileField, "duplicate_parameter")
            : null;
    }

    /// <summary>Refuses fields that are there and no strings.</summary>
    public static SimulatedResponse? Texts(OrderBody body, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (body.Fields.TryGetPropertyValue(name, out JsonNode? node) && body.Text(name) is null)
                return WrongType(name, "a string", Kind(node));
        }

        return null;
    }

    /// <summary>Refuses a prompt that is missing, empty or too long.</summary>
    public static SimulatedResponse? Prompt(OrderBody body) => Text(body, "prompt", MaxPromptCharacters);

    /// <summary>Refuses a required text that is missing, empty or too long.</summary>
    public static SimulatedResponse? Text(OrderBody body, string name, int maxCharacters) => body.Text(name) switch
    {
        null => Missing(name),
        { Length: 0 } => OpenAiErrors.Invalid(
            $"Invalid '{name}': string too short. Expected at least 1 character.", name, "string_below_min_length"),
        { } text when text.Length > maxCharacters => OpenAiErrors.Invalid(
            $"Invalid '{name}': string too long. Expected a maximum length of {maxCharacters}, but got {text.Length}.",
            name,
            "string_above_max_length"),
        _ => null,
    };

    /// <summary>A required parameter is not there.</summary>
    public static SimulatedResponse Missing(string name) =>
        OpenAiErrors.Invalid($"Missing required parameter: '{name}'.", name, "missing_required_parameter");

    /// <summary>A parameter is of another type.</summary>
    public static SimulatedResponse WrongType(string name, string expected, string found) =>
        OpenAiErrors.Invalid($"Invalid type for '{name}': expected {expected}, but got {found} instead.", name, "invalid_type");

    /// <summary>A parameter has none of its values.</summary>
    public static SimulatedResponse NotAmong(string name, string value, string[] allowed) =>
        OpenAiErrors.Invalid($"Invalid value: '{value}'. Supported values are: '{string.Join("', '", allowed)}'.", name, "invalid_value");

    /// <summary>There is no such model.</summary>
    public static SimulatedResponse NoModel(string model) => OpenAiErrors.Envelope(
        404, $"The model '{model}' does not exist or you do not have access to it.", "invalid_request_error", "model", "model_not_found");

    /// <summary>What a value is, in words.</summary>
    public static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Number => "a number",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        _ => "a boolean",
    };
}
