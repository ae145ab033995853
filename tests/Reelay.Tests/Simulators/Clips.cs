using Reelay.Tests.Assets;

namespace Reelay.Tests.Simulators;

/// <summary>MP4 files that have an index and no pictures: all that a simulator reads of an upload.</summary>
internal static class Clips
{
    public static byte[] Make(double seconds, int width, int height, bool isTurned = false, int version = 0) =>
    [
        .. BoxBuilder.Ftyp(),
        .. BoxBuilder.Box("free", new byte[16]),
        .. BoxBuilder.Box(
            "moov",
            BoxBuilder.Mvhd(1000, (ulong)(seconds * 1000), version),
            BoxBuilder.Track(handler: "soun"),
            BoxBuilder.Track(width: (ushort)width, height: (ushort)height, isTurned: isTurned, version: version)),
    ];
}
