using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace Reelay.Server.Api.Reading;

/// <summary>How a body is to be read. The body is trusted before the header.</summary>
internal enum BodyEncoding
{
    Json,
    Multipart,
    UrlEncoded,
    Unsupported,
}

/// <summary>Decides by content type and first bytes.</summary>
/// <param name="Encoding">How to read it.</param>
/// <param name="Boundary">The boundary of a multipart body.</param>
internal readonly record struct BodyKind(BodyEncoding Encoding, string? Boundary = null)
{
    /// <summary>Longest boundary accepted; the standard says 70.</summary>
    public const int MaxBoundaryLength = 200;

    /// <summary>Whether these first bytes are enough to decide.</summary>
    public static bool CanDecide(in ReadOnlySequence<byte> start)
    {
        var text = Trim(start);
        return text.Length >= 2 && (!text.StartsWith("--"u8) || text.IndexOfAny((byte)'\r', (byte)'\n') >= 0) || text.Length > MaxBoundaryLength;
    }

    /// <summary>Decides; <paramref name="start"/> may be the whole body.</summary>
    public static BodyKind Of(string? contentType, in ReadOnlySequence<byte> start)
    {
        var hasType = MediaTypeHeaderValue.TryParse(contentType, out var type);
        if (hasType && HeaderUtilities.RemoveQuotes(type!.Boundary).Value is { Length: > 0 and <= MaxBoundaryLength } boundary)
        {
            return new(BodyEncoding.Multipart, boundary);
        }

        var text = Trim(start);
        if (text.StartsWith("--"u8))
        {
            var end = text.IndexOfAny((byte)'\r', (byte)'\n');
            var line = FieldPath.Decode((end < 0 ? text : text[..end])[2..].TrimEnd(" \t"u8));
            return new(BodyEncoding.Multipart, line is { Length: > 0 and <= MaxBoundaryLength } ? line : null);
        }

        var looksLikeJson = text.Length == 0 || text[0] is (byte)'{' or (byte)'[';
        if (string.IsNullOrWhiteSpace(contentType))
        {
            return new(looksLikeJson ? BodyEncoding.Json : BodyEncoding.Unsupported);
        }

        return new(hasType ? OfType(type!, text.StartsWith((byte)'{')) : BodyEncoding.Unsupported);
    }

    private static BodyEncoding OfType(MediaTypeHeaderValue type, bool isObject)
    {
        if (type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase) || type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase))
        {
            return BodyEncoding.Json;
        }

        if (type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            return BodyEncoding.Multipart;
        }

        // curl's -d names the form type whatever it sends.
        return !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? BodyEncoding.Unsupported
            : isObject ? BodyEncoding.Json : BodyEncoding.UrlEncoded;
    }

    private static ReadOnlySpan<byte> Trim(in ReadOnlySequence<byte> start)
    {
        var text = start.IsSingleSegment ? start.FirstSpan : start.Slice(0, Math.Min(start.Length, 4 * MaxBoundaryLength)).ToArray();
        if (text.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        return text.TrimStart(" \t\r\n"u8);
    }
}
