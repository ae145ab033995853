using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reelay.Tests.Fuzz;

/// <summary>How the fields of a request are written.</summary>
internal enum FuzzEncoding
{
    None,
    Json,
    Multipart,
    UrlEncoded,
}

/// <summary>One field of a body.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value as JSON text, valid or not.</param>
/// <param name="File">The bytes, if it is a file: a part in a form, a data URL elsewhere.</param>
internal sealed record FuzzField(string Name, string Json, byte[]? File = null)
{
    /// <summary>The value as a form writes it.</summary>
    public string Text => Json.Length > 1 && Json[0] == '"' && TryText(out var text) ? text : Json;

    private bool TryText(out string text)
    {
        text = "";
        try
        {
            using var parsed = JsonDocument.Parse(Json);
            text = parsed.RootElement.GetString()!;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A request in the making: mutations change any part of it, down to the bytes that leave.</summary>
internal sealed class FuzzRequest
{
    public const string Boundary = "fuzz-boundary";

    // What the web server takes of a first line, less a little.
    private const int MaxLineLength = 8_000;

    public required string Method { get; set; }

    public required string Path { get; set; }

    /// <summary>What the world holds that it is for.</summary>
    public FuzzNames Names { get; set; } = new();

    public List<(string Name, string Value)> Query { get; } = [];

    public List<(string Name, string Value)> Headers { get; } = [];

    public List<FuzzField> Fields { get; } = [];

    public FuzzEncoding Encoding { get; set; }

    /// <summary>What the header says of the body; null says nothing.</summary>
    public string? ContentType { get; set; }

    /// <summary>Changes of the finished body.</summary>
    public List<Func<byte[], byte[]>> BodyChanges { get; } = [];

    /// <summary>What the header says of the length; null tells the truth.</summary>
    public string? DeclaredLength { get; set; }

    /// <summary>The body goes without a length, in pieces of so many bytes.</summary>
    public int? ChunkBytes { get; set; }

    /// <summary>So many bytes of the body are sent, and then the sender's side of the connection ends.</summary>
    public int? CutAfterBytes { get; set; }

    /// <summary>The head is not HTTP, or not within its bounds: the web server itself may answer, without a body of ours.</summary>
    public bool IsBrokenHttp { get; set; }

    /// <summary>The body that arrives is shorter than what was announced, so that there may be nobody left to answer to.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>The whole message.</summary>
    public byte[] Render()
    {
        var body = Body();
        IsBrokenHttp |= Method.Length + Target().Length > MaxLineLength;
        var head = new StringBuilder().Append(Method).Append(' ').Append(Target()).Append(" HTTP/1.1\r\n");
        if (!Headers.Exists(header => header.Name == "Host")) head.Append("Host: fuzz.test\r\n");
        foreach (var (name, value) in Headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (ContentType is { } type) head.Append("Content-Type: ").Append(type).Append("\r\n");
        if (ChunkBytes is not null) head.Append("Transfer-Encoding: chunked\r\n");
        else if (DeclaredLength is not null || Encoding != FuzzEncoding.None) head.Append("Content-Length: ").Append(DeclaredLength ?? body.Length.ToString()).Append("\r\n");
        if (ChunkBytes is { } size) body = Chunked(body, size);
        if (CutAfterBytes is { } cut && cut < body.Length) (body, IsIncomplete) = (body[..cut], true);
        else if (ChunkBytes is null) IsIncomplete |= long.TryParse(DeclaredLength, CultureInfo.InvariantCulture, out var length) && length > body.Length;
        return [.. System.Text.Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    private string Target() => Query.Count == 0 ? Path : Path + "?" + string.Join('&', Query.Select(pair => $"{pair.Name}={pair.Value}"));

    private byte[] Body()
    {
        var body = Encoding switch
        {
            FuzzEncoding.Json => Json(),
            FuzzEncoding.Multipart => Multipart(),
            FuzzEncoding.UrlEncoded => System.Text.Encoding.UTF8.GetBytes(string.Join('&', Fields.Select(Pair))),
            _ => [],
        };
        return BodyChanges.Aggregate(body, (bytes, change) => change(bytes));
    }

    private byte[] Json() => System.Text.Encoding.UTF8.GetBytes(
        "{" + string.Join(',', Fields.Select(field => JsonSerializer.Serialize(field.Name) + ":" + (field.File is null ? field.Json : $"\"{DataUrl(field)}\""))) + "}");

    private byte[] Multipart()
    {
        using var body = new MemoryStream();
        foreach (var field in Fields)
        {
            var file = field.File is null ? "" : "; filename=\"a.png\"\r\nContent-Type: application/octet-stream";
            Write($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field.Name}\"{file}\r\n\r\n");
            if (field.File is null) Write(field.Text);
            else body.Write(field.File);
            Write("\r\n");
        }

        Write($"--{Boundary}--\r\n");
        return body.ToArray();

        void Write(string text) => body.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static string Pair(FuzzField field) =>
        Uri.EscapeDataString(field.Name) + "=" + Uri.EscapeDataString(field.File is null ? field.Text : DataUrl(field));

    private static string DataUrl(FuzzField field) => "data:image/png;base64," + Convert.ToBase64String(field.File!);

    private static byte[] Chunked(byte[] body, int size)
    {
        using var chunks = new MemoryStream();
        for (var at = 0; at < body.Length; at += size)
        {
            var count = Math.Min(size, body.Length - at);
            chunks.Write(System.Text.Encoding.ASCII.GetBytes(count.ToString("x") + "\r\n"));
            chunks.Write(body.AsSpan(at, count));
            chunks.Write("\r\n"u8);
        }

        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }
}
