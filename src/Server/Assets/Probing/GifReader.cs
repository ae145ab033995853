using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the header of a GIF file.</summary>
internal static class GifReader
{
    /// <summary>Gives the dimensions of the canvas from the first 10 bytes, or null if they are no GIF header.</summary>
    public static PixelSize? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < 10 || !(head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))) return null;
        return PixelSize.From(BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
    }
}
