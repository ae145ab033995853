using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Reelay.Server.Api.Reading;

/// <summary>Collects the text fields of a form and turns them into the same JSON tree that a JSON body gives.</summary>
internal sealed class FormTree(ReadingLimits limits, string errorCode)
{
    // Base64 is full of '+'; the default encoder would escape each and make every later reading slower.
    private static readonly JsonWriterOptions _writerOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FormNode _root = new();
    private int _fieldCount;

    /// <summary>Counts a field, files included.</summary>
    public ApiError? Count() => ++_fieldCount > limits.MaxFieldCount
        ? ReadingErrors.TooManyFields(errorCode, limits.MaxFieldCount)
        : null;

    /// <summary>Adds one text field; the memory is kept.</summary>
    public ApiError? Add(string name, ReadOnlyMemory<byte> text)
    {
        if (!Utf8.IsValid(text.Span) || text.Span.Contains((byte)0))
        {
            return ReadingErrors.Form(errorCode, $"The field `{Shown.Name(name)}` is not valid UTF-8 text.");
        }

        var path = FieldPath.Split(name);
        if (path.Length >= limits.MaxDepth)
        {
            return ReadingErrors.TooDeep(errorCode, limits.MaxDepth);
        }

        return _root.Member(path[0]).TryAdd(path.AsSpan(1), text) ? null : ReadingErrors.Mixed(name);
    }

    /// <summary>Writes the tree as JSON and hands its fields to <paramref name="fields"/>.</summary>
    public ApiError? Finish(RequestFields fields)
    {
        if (_root.Members is null)
        {
            return null;
        }

        var buffer = new PooledBuffer(1024);
        fields.Own(buffer);
        using (var writer = new Utf8JsonWriter(buffer, _writerOptions))
        {
            if (WriteMembers(writer, _root, "") is { } error)
            {
                return error;
            }
        }

        var document = JsonDocument.Parse(buffer.Written, new JsonDocumentOptions { MaxDepth = limits.MaxDepth + 1 });
        fields.Own(document);
        var list = new List<RequestField>(_root.Members.Count);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            list.Add(new RequestField(member.Name, member.Value, _root.Members[member.Name].Texts?.Count > 1));
        }

        (fields.Fields, fields.IsForm) = (list, true);
        return null;
    }

    private static ApiError? Write(Utf8JsonWriter writer, FormNode node, string path)
    {
        if (node.Texts is { } texts)
        {
            return WriteText(writer, texts, path, isNested: true);
        }

        return (node.Items ?? node.IndexedItems()) is { } items
            ? WriteItems(writer, items, path)
            : WriteMembers(writer, node, path);
    }

    private static ApiError? WriteText(Utf8JsonWriter writer, List<ReadOnlyMemory<byte>> texts, string path, bool isNested)
    {
        if (texts.Count == 1)
        {
            writer.WriteStringValue(texts[0].Span);
            return null;
        }

        // A plain name may be sent again to make a list; only the reader of the parameter knows whether it takes one.
        if (isNested)
        {
            return ReadingErrors.DuplicateKey(path);
        }

        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text.Span);
        }

        writer.WriteEndArray();
        return null;
    }

    private static ApiError? WriteItems(Utf8JsonWriter writer, List<FormNode> items, string path)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            if (Write(writer, item, path + "[]") is { } error)
            {
                return error;
            }
        }

        writer.WriteEndArray();
        return null;
    }

    private static ApiError? WriteMembers(Utf8JsonWriter writer, FormNode node, string path)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in node.Members!)
        {
            writer.WritePropertyName(name);
            var error = path.Length == 0 && member.Texts is { } texts
                ? WriteText(writer, texts, name, isNested: false)
                : Write(writer, member, path.Length == 0 ? name : $"{path}[{name}]");
            if (error is not null)
            {
                return error;
            }
        }

        writer.WriteEndObject();
        return null;
    }
}

/// <summary>Splits names such as <c>refs[][file_id]</c> into <c>refs</c>, an empty segment and <c>file_id</c>.</summary>
internal static class FieldPath
{
    /// <summary>The segments; a name whose brackets do not pair up is one segment.</summary>
    public static string[] Split(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0 || name[^1] != ']')
        {
            return [name];
        }

        var segments = new List<string> { name[..open] };
        while (open < name.Length)
        {
            var close = name.IndexOf(']', open);
            if (name[open] != '[' || close < 0)
            {
                return [name];
            }

            segments.Add(name[(open + 1)..close]);
            open = close + 1;
        }

        return [.. segments];
    }

    /// <summary>Reads a name that must be UTF-8; null if it is not.</summary>
    public static string? Decode(ReadOnlySpan<byte> utf8) =>
        Utf8.IsValid(utf8) && !utf8.Contains((byte)0) ? Encoding.UTF8.GetString(utf8) : null;
}
