using System.Globalization;

namespace Reelay.Server.Api.Content;

/// <summary>What a Range header asks for.</summary>
internal enum ByteRangeKind
{
    /// <summary>Everything: no header, or one that RFC 9110 lets a server ignore (another unit, several ranges, malformed).</summary>
    Whole,

    /// <summary>One stretch of bytes.</summary>
    Part,

    /// <summary>One well-formed range that the file does not reach.</summary>
    Unsatisfiable,
}

/// <summary>The outcome of reading a Range header.</summary>
/// <param name="Kind">What to answer.</param>
/// <param name="Start">First byte to send; 0 unless a part.</param>
/// <param name="LengthBytes">Bytes to send: the whole file's unless a part; 0 if unsatisfiable.</param>
internal readonly record struct ByteRange(ByteRangeKind Kind, long Start, long LengthBytes)
{
    private const string Unit = "bytes=";

    /// <summary>Reads a Range header (RFC 9110, 14.1 and 14.2).</summary>
    /// <param name="header">The header's value, or null without one.</param>
    /// <param name="sizeBytes">Size of the file.</param>
    public static ByteRange Parse(string? header, long sizeBytes)
    {
        var whole = new ByteRange(ByteRangeKind.Whole, 0, sizeBytes);
        if (header is null || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return whole;
        if (FindOnly(header.AsSpan(Unit.Length)) is not { IsEmpty: false } range) return whole;

        var dash = range.IndexOf('-');
        if (dash < 0) return whole;
        var isSuffix = dash == 0;
        if (!TryReadNumber(range[(dash + 1)..], ifEmpty: long.MaxValue, out var last)) return whole;
        if (isSuffix) return range.Length == 1 ? whole : FromSuffix(last, sizeBytes);
        if (!TryReadNumber(range[..dash], ifEmpty: 0, out var first) || last < first) return whole;
        if (first >= sizeBytes) return new ByteRange(ByteRangeKind.Unsatisfiable, 0, 0);
        return new ByteRange(ByteRangeKind.Part, first, Math.Min(last, sizeBytes - 1) - first + 1);
    }

    private static ByteRange FromSuffix(long length, long sizeBytes)
    {
        if (length == 0) return new ByteRange(ByteRangeKind.Unsatisfiable, 0, 0);

        // An empty file has an end but no byte that Content-Range could name.
        if (sizeBytes == 0) return new ByteRange(ByteRangeKind.Whole, 0, 0);
        length = Math.Min(length, sizeBytes);
        return new ByteRange(ByteRangeKind.Part, sizeBytes - length, length);
    }

    // A list may hold empty elements; anything but exactly one that is not empty is answered with the whole file.
    private static ReadOnlySpan<char> FindOnly(ReadOnlySpan<char> list)
    {
        ReadOnlySpan<char> only = [];
        foreach (var element in list.Split(','))
        {
            var range = list[element].Trim(" \t");
            if (range.IsEmpty) continue;
            if (!only.IsEmpty) return [];
            only = range;
        }

        return only;
    }

    // Digits only. A number too large to count is past every file's end.
    private static bool TryReadNumber(ReadOnlySpan<char> digits, long ifEmpty, out long number)
    {
        number = ifEmpty;
        if (digits.IsEmpty) return true;
        if (digits.ContainsAnyExceptInRange('0', '9')) return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)) number = long.MaxValue;
        return true;
    }
}
