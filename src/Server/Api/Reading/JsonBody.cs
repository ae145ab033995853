using System.Text.Json;
using System.Text.Unicode;

namespace Reelay.Server.Api.Reading;

/// <summary>Parses JSON within bounds and says where it is wrong.</summary>
internal static class JsonBody
{
    // Below this size the token bound cannot be exceeded by much, and a second pass would only cost time.
    private const int PrescanBytes = 128 << 10;

    /// <summary>Parses and checks one JSON text; the document looks into <paramref name="utf8"/>.</summary>
    /// <returns>Null, or why it is refused.</returns>
    public static ApiError? Parse(ReadOnlyMemory<byte> utf8, ReadingLimits limits, out JsonDocument? document)
    {
        document = null;
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            return ReadingErrors.NotUtf8;
        }

        try
        {
            if (utf8.Length > PrescanBytes && HasTooManyTokens(utf8.Span, limits))
            {
                return ReadingErrors.TooManyFields("invalid_json", limits.MaxFieldCount);
            }

            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = limits.MaxDepth });
        }
        catch (JsonException exception)
        {
            return Explain(utf8.Span, exception, limits);
        }

        if (JsonCheck.Check(document.RootElement, limits) is { } error)
        {
            document.Dispose();
            document = null;
            return error;
        }

        return null;
    }

    private static bool HasTooManyTokens(ReadOnlySpan<byte> utf8, ReadingLimits limits)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = limits.MaxDepth });
        var count = 0;
        while (reader.Read())
        {
            if (++count > limits.MaxTokenCount)
            {
                return true;
            }
        }

        return false;
    }

    private static ApiError Explain(ReadOnlySpan<byte> utf8, JsonException exception, ReadingLimits limits)
    {
        if (IsTooDeep(utf8, limits))
        {
            return ReadingErrors.TooDeep("invalid_json", limits.MaxDepth);
        }

        var line = exception.LineNumber ?? 0;
        var position = exception.BytePositionInLine ?? 0;
        return ReadingErrors.JsonAt(line + 1, position + 1, Offset(utf8, line, position) >= utf8.TrimEnd(" \t\r\n"u8).Length);
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> utf8, ReadingLimits limits)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= limits.MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // The second reading only asks about depth; what else is wrong was found by the first.
        }

        return false;
    }

    private static long Offset(ReadOnlySpan<byte> utf8, long line, long position)
    {
        var offset = 0;
        for (; line > 0; line--)
        {
            var end = utf8[offset..].IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            offset += end + 1;
        }

        return offset + position;
    }
}
