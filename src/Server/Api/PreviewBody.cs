using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Server.Api;

/// <summary>Bodies of requests to upstreams as people read them: whole, but for the bytes of files.</summary>
internal static class PreviewBody
{
    private const int MaxText = 200;
    private const int ShownText = 32;

    /// <summary>The body as JSON, or null if it is something else.</summary>
    public static JsonNode? Json(HttpContent? content, byte[] body) => IsJson(content) ? Cut(JsonNode.Parse(body)) : null;

    /// <summary>The body as text, or null if it is JSON or there is none.</summary>
    public static string? Text(HttpContent? content, byte[] body)
    {
        if (content is null || IsJson(content)) return null;
        var boundary = content.Headers.ContentType?.Parameters.FirstOrDefault(parameter => parameter.Name == "boundary")?.Value?.Trim('"');
        if (boundary is null) return Encoding.UTF8.GetString(body);

        // Each byte is a letter until the files are out.
        var parts = Encoding.Latin1.GetString(body).Split("--" + boundary);
        return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(string.Join("--" + boundary, parts.Select(Shorten)))).TrimEnd();
    }

    private static bool IsJson(HttpContent? content) => content?.Headers.ContentType?.MediaType is "application/json";

    private static string Shorten(string part)
    {
        var end = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var isFile = end >= 0 && part.AsSpan(0, end).Contains("filename=", StringComparison.OrdinalIgnoreCase);
        return isFile ? $"{part[..end]}\r\n\r\n({part.Length - end - 6:N0} bytes)\r\n" : part;
    }

    private static JsonNode? Cut(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList()) members[name] = Cut(value?.DeepClone());
                return members;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Cut(item?.DeepClone()))]);
            case JsonValue value when value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is { Length: > MaxText } text && IsBase64(text):
                return JsonValue.Create($"{text[..ShownText]}… ({text.Length:N0} characters)");
            default:
                return node;
        }
    }

    // A prompt may be as long and have no space either.
    private static bool IsBase64(string text) =>
        Base64.IsValid(text.StartsWith("data:", StringComparison.Ordinal) ? text.AsSpan(text.IndexOf(',') + 1) : text);
}
