using System.Text;
using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

/// <summary>Builds request bodies the way clients send them, and reads them.</summary>
internal static class Bodies
{
    public const string Multipart = "multipart/form-data; boundary=X";
    public const string UrlEncoded = "application/x-www-form-urlencoded";
    public const string Json = "application/json";

    public static byte[] Png { get; } = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, 1, 2, 3, 4];

    public static byte[] Jpeg { get; } = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 5, 6, 7, 8];

    public static byte[] WebP { get; } = [.. "RIFF"u8, 4, 0, 0, 0, .. "WEBP"u8, 1, 2];

    public static HttpRequest Request(string? contentType, byte[] body, long? contentLength = null)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "POST";
        request.ContentType = contentType;
        request.ContentLength = contentLength;
        request.Body = new MemoryStream(body);
        return request;
    }

    public static Task<ApiResult<RequestFields>> ReadAsync(string? contentType, string body, MemorySink? sink = null, ReadingLimits? limits = null) =>
        ReadAsync(contentType, Encoding.UTF8.GetBytes(body), sink, limits);

    public static Task<ApiResult<RequestFields>> ReadAsync(string? contentType, byte[] body, MemorySink? sink = null, ReadingLimits? limits = null) =>
        RequestReader.ReadAsync(Request(contentType, body), sink ?? new MemorySink(), limits ?? ReadingLimits.Default, TestContext.Current.CancellationToken);

    /// <summary>Joins parts, each headers, an empty line and content, under the boundary X.</summary>
    public static byte[] Parts(params byte[][] parts)
    {
        using var body = new MemoryStream();
        foreach (var part in parts)
        {
            body.Write("--X\r\n"u8);
            body.Write(part);
            body.Write("\r\n"u8);
        }

        body.Write("--X--\r\n"u8);
        return body.ToArray();
    }

    public static byte[] Part(string name, string value) =>
        Encoding.UTF8.GetBytes($"Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}");

    public static byte[] FilePart(string name, byte[] content, string fileName = "a.bin", string contentType = "application/octet-stream") =>
        [.. Encoding.UTF8.GetBytes($"Content-Disposition: form-data; name=\"{name}\"; filename=\"{fileName}\"\r\nContent-Type: {contentType}\r\n\r\n"), .. content];

    /// <summary>The fields of a JSON object under the names that the SDKs give them in forms.</summary>
    public static List<(string Name, string Value)> Flatten(string json)
    {
        var fields = new List<(string, string)>();
        using var document = JsonDocument.Parse(json);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            Flatten(member.Name, member.Value, fields);
        }

        return fields;
    }

    public static byte[] ToMultipart(string json) => Parts([.. Flatten(json).Select(field => Part(field.Name, field.Value))]);

    public static byte[] ToUrlEncoded(string json) => Encoding.ASCII.GetBytes(
        string.Join('&', Flatten(json).Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}")));

    private static void Flatten(string name, JsonElement value, List<(string, string)> fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten($"{name}[{member.Name}]", member.Value, fields);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Flatten(name + "[]", item, fields);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                fields.Add((name, value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText()));
                break;
        }
    }
}
