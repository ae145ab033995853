using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the header of a WebP file: lossy, lossless or extended.</summary>
internal static class WebpReader
{
    /// <summary>Gives the dimensions of the canvas from the first 30 bytes, or null if they are no WebP header.</summary>
    public static PixelSize? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < 30 || !head.StartsWith("RIFF"u8) || !head.Slice(8, 4).SequenceEqual("WEBP"u8)) return null;
        var chunk = head.Slice(12, 4);
        var payload = head[20..];
        if (chunk.SequenceEqual("VP8X"u8)) return PixelSize.From(1 + UInt24(payload[4..]), 1 + UInt24(payload[7..]));
        if (chunk.SequenceEqual("VP8L"u8)) return ReadLossless(payload);
        return chunk.SequenceEqual("VP8 "u8) ? ReadLossy(payload) : null;
    }

    private static PixelSize? ReadLossless(ReadOnlySpan<byte> payload)
    {
        if (payload[0] != 0x2F) return null;
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
        return PixelSize.From(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF));
    }

    private static PixelSize? ReadLossy(ReadOnlySpan<byte> payload)
    {
        if (payload is not [_, _, _, 0x9D, 0x01, 0x2A, ..]) return null;
        var width = BinaryPrimitives.ReadUInt16LittleEndian(payload[6..]) & 0x3FFF;
        var height = BinaryPrimitives.ReadUInt16LittleEndian(payload[8..]) & 0x3FFF;
        return PixelSize.From(width, height);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
