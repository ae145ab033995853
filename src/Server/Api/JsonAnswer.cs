using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Reelay.Server.Api;

/// <summary>Writes JSON answers as UTF-8 with a length, without going through text.</summary>
internal static class JsonAnswer
{
    private const string ContentType = "application/json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The UTF-8 of a value, to be kept and sent often.</summary>
    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options)) JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Sends a value.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        WriteAsync(context, Serialize(value, type), status);

    /// <summary>Sends bytes that are JSON already.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json, int status = StatusCodes.Status200OK)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        response.BodyWriter.Write(json.Span);
        return Task.CompletedTask;
    }
}
