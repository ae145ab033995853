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

    // Kept per thread: the bodies are small and many. A large one, a listing say, gets a writer that goes when it is done.
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? kept;

    /// <summary>The UTF-8 of a value, to be kept and sent often.</summary>
    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type)
    {
        var (buffer, json) = kept ?? NewWriter();

        // Nobody else may have it meanwhile, and after an exception nobody ever.
        kept = null;
        JsonSerializer.Serialize(json, value, type);
        json.Flush();
        var result = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MaxKeptBytes) return result;
        buffer.ResetWrittenCount();
        json.Reset();
        kept = (buffer, json);
        return result;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
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
