using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the header of a PNG file.</summary>
internal static class PngReader
{
    /// <summary>Tells whether the file begins like a PNG.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> head) =>
        head is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..];

    /// <summary>Gives the dimensions from the first 24 bytes, or null if they are no PNG header.</summary>
    public static PixelSize? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < 24 || !HasSignature(head) || !head.Slice(12, 4).SequenceEqual("IHDR"u8)) return null;
        return PixelSize.From(BinaryPrimitives.ReadUInt32BigEndian(head[16..]), BinaryPrimitives.ReadUInt32BigEndian(head[20..]));
    }
}
