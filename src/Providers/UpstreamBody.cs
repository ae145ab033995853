using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers;

/// <summary>One field of a form: text, or a file when <paramref name="FileName"/> is given.</summary>
/// <param name="Name">Name of the field.</param>
/// <param name="Value">Its text, or what <see cref="UpstreamBody.Raw"/> returned.</param>
/// <param name="FileName">File name of a file part.</param>
/// <param name="ContentType">Media type of a file part.</param>
public sealed record FormField(string Name, string Value, string? FileName = null, string? ContentType = null);

/// <summary>
/// Builds one request body, JSON or multipart, with media in it. Media are put in as short stand-ins; when the body goes out, the bytes are
/// streamed in their place.
/// </summary>
public sealed class UpstreamBody
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _seed;
    private readonly List<(string StandIn, MediaInput Media, bool IsBase64)> media = [];

    /// <summary>Begins a body.</summary>
    /// <param name="attemptToken">The attempt's own mark; boundary and stand-ins are made from it, so that no caller can foresee them.</param>
    public UpstreamBody(string attemptToken) => _seed = attemptToken;

    /// <summary>Stands for the medium's bytes as they are; for file parts.</summary>
    public string Raw(MediaInput input) => Add(input, isBase64: false);

    /// <summary>Stands for the medium's bytes in base64.</summary>
    public string InBase64(MediaInput input) => Add(input, isBase64: true);

    /// <summary>Stands for a <c>data:</c> URL of the medium.</summary>
    public string DataUrl(MediaInput input) => $"data:{input.ContentType};base64,{InBase64(input)}";

    /// <summary>The body as <c>application/json</c>.</summary>
    public UpstreamContent Json(JsonNode json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            json.WriteTo(writer);
        return Finish(buffer.ToArray(), "application/json");
    }

    /// <summary>The body as <c>multipart/form-data</c>, the fields in the order given.</summary>
    public UpstreamContent Multipart(IReadOnlyList<FormField> fields)
    {
        var boundary = "reelay-" + Mark(string.Join('\n', fields.Select(field => field.Value)));
        var body = new StringBuilder();
        foreach (var field in fields)
        {
            body.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"").Append(Quoted(field.Name)).Append('"');
            if (field.FileName is not null)
                body.Append("; filename=\"").Append(Quoted(field.FileName)).Append('"');
            if (field.ContentType is not null)
                body.Append("\r\nContent-Type: ").Append(field.ContentType);
            body.Append("\r\n\r\n").Append(field.Value).Append("\r\n");
        }

        body.Append("--").Append(boundary).Append("--\r\n");
        return Finish(Encoding.UTF8.GetBytes(body.ToString()), $"multipart/form-data; boundary={boundary}");
    }

    private string Add(MediaInput input, bool isBase64)
    {
        var standIn = $"@{Mark("media")}-{media.Count}@";
        media.Add((standIn, input, isBase64));
        return standIn;
    }

    private UpstreamContent Finish(byte[] skeleton, string contentType)
    {
        var parts = new List<BodyPart>();
        var rest = skeleton.AsMemory();
        foreach (var (at, standIn, input, isBase64) in media.Select(Find).OrderBy(found => found.At))
        {
            var from = skeleton.Length - rest.Length;
            parts.Add(new(rest[..(at - from)]));
            parts.Add(new(default, input, isBase64));
            rest = rest[(at - from + standIn.Length)..];
        }

        parts.Add(new(rest));
        var content = new UpstreamContent(parts);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;

        (int At, string StandIn, MediaInput Media, bool IsBase64) Find((string StandIn, MediaInput Media, bool IsBase64) item)
        {
            var bytes = Encoding.UTF8.GetBytes(item.StandIn);
            var at = skeleton.AsSpan().IndexOf(bytes);
            if (at < 0 || skeleton.AsSpan(at + 1).IndexOf(bytes) >= 0)
                throw new InvalidOperationException($"input {item.Media.FileName} must stand exactly once in the body");
            return (at, item.StandIn, item.Media, item.IsBase64);
        }
    }

    private string Mark(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}\n{text}")))[..40];

    // As browsers do it.
    private static string Quoted(string name) =>
        name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
}
