using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;

namespace Reelay.Simulators;

/// <summary>Makes a plain PNG without any program.</summary>
public static class PngImage
{
    private const int MaxKept = 64;

    private static readonly uint[] _crcOfByte = [.. Enumerable.Range(0, 256).Select(value => CrcOf((uint)value))];
    private static readonly ConcurrentDictionary<(int Width, int Height), byte[]> _kept = [];

    /// <summary>A colour gradient of the given size. Those of the first sizes asked for are kept: most orders are for one of a few.</summary>
    public static byte[] Gradient(int widthPixels, int heightPixels)
    {
        if (_kept.TryGetValue((widthPixels, heightPixels), out byte[]? kept)) return [.. kept];
        byte[] made = Make(widthPixels, heightPixels);
        if (_kept.Count < MaxKept) _kept[(widthPixels, heightPixels)] = [.. made];
        return made;
    }

    private static byte[] Make(int widthPixels, int heightPixels)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, widthPixels);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], heightPixels);
        header[8] = 8;
        header[9] = 2;
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Pixels(widthPixels, heightPixels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Pixels(int width, int height)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest))
        {
            byte[] row = new byte[1 + (width * 3)];
            for (int x = 0; x < width; x++) (row[1 + (x * 3)], row[3 + (x * 3)]) = ((byte)(x * 255 / width), 0x90);
            for (int y = 0; y < height; y++)
            {
                byte shade = (byte)(y * 255 / height);
                for (int at = 2; at < row.Length; at += 3) row[at] = shade;
                zlib.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(data, Crc(type, uint.MaxValue)) ^ uint.MaxValue);
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (byte value in bytes) crc = (crc >> 8) ^ _crcOfByte[(byte)(crc ^ value)];
        return crc;
    }

    private static uint CrcOf(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xEDB88320;
        return value;
    }
}
