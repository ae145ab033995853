using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the content of a movie box (<c>moov</c>).</summary>
internal static class Mp4Movie
{
    private const int MaxTracks = 64;

    private static readonly uint Track = BoxHeader.Code("trak"u8);

    /// <summary>Gives what the movie header says, or null if it is malformed.</summary>
    public static Mp4Facts? Read(ReadOnlySpan<byte> movie)
    {
        if (ReadClock(BoxList.Find(movie, "mvhd"u8)) is not { } clock) return null;
        var fragments = BoxList.Find(movie, "mvex"u8);
        var isFragmented = !fragments.IsEmpty;
        if (isFragmented && clock.Ticks == 0) clock = clock with { Ticks = ReadFragmentedLength(BoxList.Find(fragments, "mehd"u8)) };

        Mp4Track? video = null;
        var hasAudio = false;
        var boxes = new BoxList(movie);
        for (var tracks = 0; tracks < MaxTracks && boxes.MoveNext();)
        {
            if (boxes.Type != Track) continue;
            tracks++;
            var reader = new Mp4TrackReader(boxes.Content, clock.TicksPerSecond, isFragmented);
            if (reader.IsVideo) video ??= reader.ReadVideo();
            hasAudio |= reader.IsAudio && reader.HasSamples;
        }

        return new Mp4Facts { MovieSeconds = clock.Seconds, Video = video, HasAudio = hasAudio };
    }

    /// <summary>Reads time scale and duration, which <c>mvhd</c> and <c>mdhd</c> hold in the same place; null if malformed.</summary>
    public static MediaClock? ReadClock(ReadOnlySpan<byte> box)
    {
        if (box.IsEmpty || box.Length < (box[0] == 1 ? 32 : 20)) return null;
        var ticksPerSecond = BinaryPrimitives.ReadUInt32BigEndian(box[(box[0] == 1 ? 20 : 12)..]);
        var ticks = box[0] == 1 ? BinaryPrimitives.ReadUInt64BigEndian(box[24..]) : ReadShort(box[16..]);
        return ticksPerSecond == 0 ? null : new MediaClock(ticksPerSecond, ticks == ulong.MaxValue ? 0 : ticks);
    }

    private static ulong ReadFragmentedLength(ReadOnlySpan<byte> box)
    {
        if (box.Length >= 12 && box[0] == 1) return BinaryPrimitives.ReadUInt64BigEndian(box[4..]);
        return box.Length >= 8 && box[0] == 0 ? ReadShort(box[4..]) : 0;
    }

    // All ones means "not known" at both widths.
    private static ulong ReadShort(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32BigEndian(bytes) is var ticks && ticks == uint.MaxValue ? 0 : ticks;
}

/// <summary>A duration in ticks of its own scale; zero ticks mean that it is not known.</summary>
internal readonly record struct MediaClock(uint TicksPerSecond, ulong Ticks)
{
    /// <summary>The duration rounded to microseconds, or null if not known.</summary>
    public decimal? Seconds => Ticks == 0 ? null : decimal.Round((decimal)Ticks / TicksPerSecond, 6);
}
