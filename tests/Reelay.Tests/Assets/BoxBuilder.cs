using System.Buffers.Binary;
using System.Text;

namespace Reelay.Tests.Assets;

/// <summary>Builds MP4 boxes by hand, well-formed and otherwise.</summary>
internal static class BoxBuilder
{
    public static byte[] Box(string type, params byte[][] content) => Sized(8 + content.Sum(part => part.Length), type, content);

    /// <summary>A box that claims a size, true or not.</summary>
    public static byte[] Sized(long size, string type, params byte[][] content) =>
        [.. U32((uint)size), .. Encoding.ASCII.GetBytes(type), .. content.SelectMany(part => part)];

    /// <summary>A box with a 64-bit size.</summary>
    public static byte[] Long(string type, long size, params byte[][] content) =>
        [.. U32(1), .. Encoding.ASCII.GetBytes(type), .. U64((ulong)size), .. content.SelectMany(part => part)];

    public static byte[] Ftyp(string brand = "isom") => Box("ftyp", Encoding.ASCII.GetBytes(brand), U32(0x200));

    public static byte[] Mvhd(uint scale, ulong duration, int version = 0) => Clock("mvhd", scale, duration, version, new byte[80]);

    /// <summary>A whole track: one sample description, one run of samples.</summary>
    public static byte[] Track(
        string handler = "vide", string codec = "avc1", ushort width = 640, ushort height = 360, uint samples = 48, uint delta = 512,
        uint scale = 12_288, uint? shownTicks = null, bool isEnabled = true, bool isTurned = false, int version = 0) =>
        Box(
            "trak",
            Tkhd(width, height, shownTicks ?? 0, isEnabled, isTurned, version),
            Box(
                "mdia",
                Clock("mdhd", scale, (ulong)samples * delta, version, new byte[4]),
                Box("hdlr", U32(0), U32(0), Encoding.ASCII.GetBytes(handler), new byte[13]),
                Box("minf", Box("stbl", Stsd(codec, width, height), Stts((samples, delta))))));

    public static byte[] Stts(params (uint Count, uint Delta)[] runs) =>
        Box("stts", U32(0), U32((uint)runs.Length), [.. runs.SelectMany(run => (byte[])[.. U32(run.Count), .. U32(run.Delta)])]);

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Clock(string type, uint scale, ulong duration, int version, byte[] rest) => version == 1
        ? Box(type, U32(0x0100_0000), new byte[16], U32(scale), U64(duration), rest)
        : Box(type, U32(0), new byte[8], U32(scale), U32((uint)duration), rest);

    private static byte[] Tkhd(ushort width, ushort height, uint ticks, bool isEnabled, bool isTurned, int version)
    {
        var flags = isEnabled ? 3u : 2u;
        byte[] times = version == 1
            ? [.. U32(0x0100_0000 | flags), .. new byte[16], .. U32(1), .. U32(0), .. U64(ticks)]
            : [.. U32(flags), .. new byte[8], .. U32(1), .. U32(0), .. U32(ticks)];
        const uint one = 0x10000;
        uint[] matrix = isTurned
            ? [0, one, 0, unchecked((uint)-0x10000), 0, 0, 0, 0, 0x40000000]
            : [one, 0, 0, 0, one, 0, 0, 0, 0x40000000];
        return Box("tkhd", times, new byte[16], [.. matrix.SelectMany(U32)], U32((uint)width << 16), U32((uint)height << 16));
    }

    private static byte[] Stsd(string codec, ushort width, ushort height) =>
        Box("stsd", U32(0), U32(1), Box(codec, new byte[24], U32(((uint)width << 16) | height), new byte[50]));
}
