using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api;

namespace Reelay.Server.Audit;

/// <summary>What of a body may stand in the log: values of the fields that the route lists, and of all others the names.</summary>
internal static class AuditBody
{
    /// <summary>Most characters of one value; of a longer one only the name is kept.</summary>
    public const int MaxValueLength = 512;

    private const int MaxNameLength = 64;
    private const int MaxNames = 100;
    private const int MaxIdLength = 100;

    // What stands for a name that is no name of ours: somebody may have put a secret in its place.
    private const string Stranger = "(other)";

    /// <summary>Describes a body as <c>{"values": {…}, "names": […]}</c>.</summary>
    /// <param name="body">The body; anything but a JSON object has no fields.</param>
    /// <param name="fields">What the route lists; null lists nothing.</param>
    public static string Describe(ReadOnlyMemory<byte> body, AuditedFields? fields)
    {
        var (values, names) = (new JsonObject(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var member in Members(body))
        {
            if (names.Count >= MaxNames) break;
            var raw = member.Value.GetRawText();
            if (fields?.Names.Contains(member.Name) == true && raw.Length <= MaxValueLength) values[member.Name] = JsonNode.Parse(raw);
            else names.Add(IsName(member.Name) ? member.Name : Stranger);
        }

        return new JsonObject { ["values"] = values, ["names"] = new JsonArray([.. names.Select(name => (JsonNode?)name)]) }.ToJsonString();
    }

    /// <summary>Finds in an answer what it is about: its <c>id</c>, and the code of its error.</summary>
    public static (string? Id, string? ErrorCode) Read(ReadOnlyMemory<byte> answer)
    {
        string? id = null, code = null;
        foreach (var member in Members(answer))
        {
            if (member.NameEquals("id"u8) && member.Value.ValueKind == JsonValueKind.String) id = member.Value.GetString();
            if (member.NameEquals("error"u8) && member.Value.ValueKind == JsonValueKind.Object
                && member.Value.TryGetProperty("code"u8, out var text) && text.ValueKind == JsonValueKind.String)
            {
                code = text.GetString();
            }
        }

        return (id?.Length <= MaxIdLength ? id : null, code);
    }

    private static List<JsonProperty> Members(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? [.. document.RootElement.Clone().EnumerateObject()] : [];
        }
        catch (JsonException)
        {
            // Its handler says what is wrong with it.
            return [];
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');
}
