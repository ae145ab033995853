using System.Buffers.Binary;

namespace Reelay.Simulators;

/// <summary>Type and pixel size of a picture, from its first bytes.</summary>
public sealed record ImageHeader(string ContentType, int WidthPixels, int HeightPixels)
{
    /// <summary>Reads PNG, JPEG and WebP; null for anything else.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 24 && bytes[0] == 0x89 && bytes[1..8].SequenceEqual("PNG\r\n\x1a\n"u8))
        {
            int width = BinaryPrimitives.ReadInt32BigEndian(bytes[16..]);
            return new ImageHeader("image/png", width, BinaryPrimitives.ReadInt32BigEndian(bytes[20..]));
        }

        if (bytes.Length >= 30 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
            return ReadWebp(bytes);
        return bytes.Length >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 ? ReadJpeg(bytes) : null;
    }

    private static ImageHeader? ReadWebp(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> kind = bytes[12..16];
        if (kind.SequenceEqual("VP8X"u8))
            return Webp(1 + Int24(bytes[24..]), 1 + Int24(bytes[27..]));
        if (kind.SequenceEqual("VP8 "u8))
            return Webp(Int16(bytes[26..]) & 0x3FFF, Int16(bytes[28..]) & 0x3FFF);
        if (!kind.SequenceEqual("VP8L"u8))
            return null;
        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
        return Webp((int)(packed & 0x3FFF) + 1, (int)((packed >> 14) & 0x3FFF) + 1);
    }

    private static ImageHeader Webp(int width, int height) => new("image/webp", width, height);

    private static int Int16(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8);

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static ImageHeader? ReadJpeg(ReadOnlySpan<byte> bytes)
    {
        int at = 2;
        while (at + 9 <= bytes.Length && bytes[at] == 0xFF)
        {
            byte marker = bytes[at + 1];
            bool isFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            if (isFrame)
            {
                int height = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]);
                return new ImageHeader("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), height);
            }

            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }

        return null;
    }
}
