using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Decodes pictures that came as text, without copying the text where it can be avoided.</summary>
internal static class Base64Text
{
    /// <summary>Enough to tell links, data URLs and JSON apart.</summary>
    private const int StartBytes = 16;

    /// <summary>The beginning of a text.</summary>
    public static string Start(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1].TrimStart(" "u8);
        return raw.IndexOf((byte)'\\') is >= 0 and < StartBytes
            ? Cut(text.GetString()!.TrimStart())
            : Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, StartBytes)]);
    }

    /// <summary>Decodes a data URL or bare base64 into a rented array that the caller gives back.</summary>
    /// <param name="isTooLarge">Whether it has more than <paramref name="maxBytes"/> bytes; nothing is decoded then.</param>
    /// <returns>False if the text is neither.</returns>
    public static bool TryDecode(JsonElement text, long maxBytes, out byte[] rented, out int count, out bool isTooLarge)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        var utf8 = raw.IndexOf((byte)'\\') < 0 ? raw : Encoding.UTF8.GetBytes(text.GetString()!);
        rented = [];
        count = 0;
        isTooLarge = false;
        if (!TrySkipDataPrefix(ref utf8))
        {
            return false;
        }

        if (utf8.Length / 4 * 3 > maxBytes + 3)
        {
            isTooLarge = true;
            return true;
        }

        rented = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(utf8.Length) + 3);
        var status = utf8.IndexOfAny((byte)'-', (byte)'_') < 0
            ? Base64.DecodeFromUtf8(utf8, rented, out _, out count)
            : Base64Url.DecodeFromUtf8(utf8, rented, out _, out count);
        isTooLarge = count > maxBytes;
        return status is OperationStatus.Done;
    }

    private static bool TrySkipDataPrefix(ref ReadOnlySpan<byte> utf8)
    {
        utf8 = utf8.Trim(" \t\r\n"u8);
        if (utf8.Length < 5 || !Ascii.EqualsIgnoreCase(utf8[..5], "data:"u8))
        {
            return true;
        }

        var comma = utf8.IndexOf((byte)',');
        if (comma < 0 || !utf8[..comma].EndsWith(";base64"u8))
        {
            return false;
        }

        utf8 = utf8[(comma + 1)..];
        return true;
    }

    private static string Cut(string text) => text.Length <= StartBytes ? text : text[..StartBytes];
}
