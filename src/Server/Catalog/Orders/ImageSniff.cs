namespace Reelay.Server.Catalog.Orders;

/// <summary>Tells what picture a file is by its first bytes; what the caller says of it does not count.</summary>
internal static class ImageSniff
{
    /// <summary>The media type of a PNG, JPEG or WebP file; null for anything else.</summary>
    /// <param name="head">The first bytes; 12 are enough.</param>
    public static string? TypeOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
