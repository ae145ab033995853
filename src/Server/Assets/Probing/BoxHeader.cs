using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>The header of an MP4 or MOV box.</summary>
/// <param name="Type">Four-character code as a big-endian number.</param>
/// <param name="HeaderBytes">8, or 16 with a 64-bit size.</param>
/// <param name="SizeBytes">Size with the header; at least <paramref name="HeaderBytes"/> and never past the end of what holds it.</param>
internal readonly record struct BoxHeader(uint Type, int HeaderBytes, long SizeBytes)
{
    /// <summary>Bytes that are enough to read any header.</summary>
    public const int MaxHeaderBytes = 16;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">From the box's start on; fewer than <see cref="MaxHeaderBytes"/> only at the end.</param>
    /// <param name="availableBytes">Bytes from the box's start to the end of what holds it.</param>
    /// <returns>Null if there is no box or its size is impossible.</returns>
    public static BoxHeader? Read(ReadOnlySpan<byte> bytes, long availableBytes)
    {
        if (bytes.Length < 8 || availableBytes < 8) return null;
        long size = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var type = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var headerBytes = 8;
        if (size == 0)
        {
            // To the end of what holds it: how a live recording writes its media data.
            size = availableBytes;
        }
        else if (size == 1)
        {
            if (bytes.Length < MaxHeaderBytes) return null;
            size = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
            headerBytes = MaxHeaderBytes;
        }

        return size < headerBytes || size > availableBytes ? null : new BoxHeader(type, headerBytes, size);
    }

    /// <summary>Gives a four-character code as the number that <see cref="Type"/> holds.</summary>
    public static uint Code(ReadOnlySpan<byte> fourCharacters) => BinaryPrimitives.ReadUInt32BigEndian(fourCharacters);
}
