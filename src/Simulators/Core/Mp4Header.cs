using System.Buffers.Binary;

namespace Reelay.Simulators;

/// <summary>Length and pixel size of a video, from the index of its MP4 file.</summary>
/// <param name="Seconds">Length of the whole file, above zero.</param>
/// <param name="WidthPixels">Width as shown.</param>
/// <param name="HeightPixels">Height as shown.</param>
public sealed record Mp4Header(double Seconds, int WidthPixels, int HeightPixels)
{
    /// <summary>Reads a file; null if it is no MP4 with a video track and a length.</summary>
    public static Mp4Header? Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> movie = Find(bytes, "moov"u8);
        if (Find(bytes, "ftyp"u8).IsEmpty || ReadSeconds(Find(movie, "mvhd"u8)) is not { } seconds)
            return null;
        for (ReadOnlySpan<byte> rest = movie; TryNext(rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> content, out rest);)
        {
            ReadOnlySpan<byte> handler = type.SequenceEqual("trak"u8) ? Find(Find(content, "mdia"u8), "hdlr"u8) : default;
            if (handler.Length >= 12 && handler[8..12].SequenceEqual("vide"u8))
                return ReadSize(Find(content, "tkhd"u8)) is var (width, height) ? new Mp4Header(seconds, width, height) : null;
        }

        return null;
    }

    private static double? ReadSeconds(ReadOnlySpan<byte> header)
    {
        bool isLong = header.Length > 0 && header[0] == 1;
        if (header.Length < (isLong ? 32 : 20))
            return null;
        uint scale = BinaryPrimitives.ReadUInt32BigEndian(header[(isLong ? 20 : 12)..]);
        ulong ticks = isLong ? BinaryPrimitives.ReadUInt64BigEndian(header[24..]) : BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        return scale > 0 && ticks > 0 ? (double)ticks / scale : null;
    }

    private static (int Width, int Height)? ReadSize(ReadOnlySpan<byte> header)
    {
        int matrix = header.Length > 0 && header[0] == 1 ? 52 : 40;
        if (header.Length < matrix + 44)
            return null;
        int width = BinaryPrimitives.ReadUInt16BigEndian(header[(matrix + 36)..]);
        int height = BinaryPrimitives.ReadUInt16BigEndian(header[(matrix + 40)..]);
        bool isTurned = BinaryPrimitives.ReadInt32BigEndian(header[matrix..]) == 0;
        return width == 0 || height == 0 ? null : isTurned ? (height, width) : (width, height);
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted)
    {
        while (TryNext(boxes, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> content, out boxes))
        {
            if (type.SequenceEqual(wanted))
                return content;
        }

        return default;
    }

    private static bool TryNext(
        ReadOnlySpan<byte> boxes, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> rest)
    {
        type = content = rest = default;
        if (boxes.Length < 8)
            return false;
        ulong size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
        int head = 8;
        if (size == 1 && boxes.Length >= 16)
            (size, head) = (BinaryPrimitives.ReadUInt64BigEndian(boxes[8..]), 16);
        if (size == 0)
            size = (ulong)boxes.Length;
        if (size < (ulong)head || size > (ulong)boxes.Length)
            return false;
        type = boxes[4..8];
        content = boxes[head..(int)size];
        rest = boxes[(int)size..];
        return true;
    }
}
