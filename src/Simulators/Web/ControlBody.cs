using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>Reads the JSON of control requests.</summary>
internal static class ControlBody
{
    /// <summary>Checks that a body is an object with no unknown field.</summary>
    public static bool TryOpen([NotNullWhen(true)] JsonObject? body, string[] fields, [NotNullWhen(false)] out IResult? refusal)
    {
        string allowed = string.Join(", ", fields);
        refusal = body is null
            ? ControlEndpoints.Refuse("body", $"the body must be a JSON object with: {allowed}.")
            : body.FirstOrDefault(field => !fields.Contains(field.Key)).Key is { } unknown
                ? ControlEndpoints.Refuse(unknown, $"{unknown} is not known; allowed are: {allowed}.")
                : null;
        return refusal is null;
    }

    /// <summary>A string, or null.</summary>
    public static string? Text(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A number, or null.</summary>
    public static double? Number(JsonObject body, string name) =>
        body[name] is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
