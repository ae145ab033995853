using System.Buffers.Binary;
using System.Text;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the content of one track box (<c>trak</c>).</summary>
internal readonly ref struct Mp4TrackReader
{
    private readonly ReadOnlySpan<byte> _header;
    private readonly ReadOnlySpan<byte> _media;
    private readonly ReadOnlySpan<byte> _samples;
    private readonly ReadOnlySpan<byte> _handler;
    private readonly uint _movieTicksPerSecond;
    private readonly bool _isFragmented;

    public Mp4TrackReader(ReadOnlySpan<byte> track, uint movieTicksPerSecond, bool isFragmented)
    {
        _movieTicksPerSecond = movieTicksPerSecond;
        _isFragmented = isFragmented;
        _header = BoxList.Find(track, "tkhd"u8);
        _media = BoxList.Find(track, "mdia"u8);
        _samples = BoxList.Find(BoxList.Find(_media, "minf"u8), "stbl"u8);
        var handler = BoxList.Find(_media, "hdlr"u8);
        _handler = handler.Length >= 12 ? handler.Slice(8, 4) : [];
    }

    /// <summary>Whether the track is meant to be seen: a video handler, enabled, and not a cover picture.</summary>
    public bool IsVideo => _handler.SequenceEqual("vide"u8) && IsEnabled && !IsCoverPicture(CodecCode);

    /// <summary>Whether the track is sound.</summary>
    public bool IsAudio => _handler.SequenceEqual("soun"u8);

    /// <summary>Whether anything is in the track; the samples of a fragmented file stand elsewhere.</summary>
    public bool HasSamples => _isFragmented || Mp4SampleTimes.Read(BoxList.Find(_samples, "stts"u8)).Count > 0;

    private bool IsEnabled => _header.Length >= 4 && (_header[3] & 1) == 1;

    private int MatrixOffset => _header is [1, ..] ? 52 : 40;

    private ReadOnlySpan<byte> CodecCode => Description.Length >= 8 ? Description.Slice(4, 4) : [];

    private ReadOnlySpan<byte> Description => BoxList.Find(_samples, "stsd"u8) is { Length: > 8 } box ? box[8..] : [];

    /// <summary>Gives the track, or null if its dimensions are not there.</summary>
    public Mp4Track? ReadVideo()
    {
        if (ReadSize() is not { } size) return null;
        var times = Mp4SampleTimes.Read(BoxList.Find(_samples, "stts"u8));
        var clock = Mp4Movie.ReadClock(BoxList.Find(_media, "mdhd"u8));
        long? frames = times.Count > 0 ? (long)times.Count : null;
        var codec = Encoding.Latin1.GetString(CodecCode);
        return new Mp4Track(codec, size, ReadDuration(clock, times), frames, clock is { } c ? times.MeanRate(c.TicksPerSecond) : null);
    }

    private decimal? ReadDuration(MediaClock? clock, Mp4SampleTimes times)
    {
        if (clock is not { } media) return null;
        var whole = media.Ticks > 0 ? media.Seconds : (media with { Ticks = times.TotalTicks }).Seconds;

        // An edit list that shows only a part leaves the media's length alone and shortens the track's; rounding is not meant.
        var shown = new MediaClock(_movieTicksPerSecond, ReadShownTicks()).Seconds;
        return whole is not null && shown is not null && shown < whole - 0.05m ? shown : whole;
    }

    private ulong ReadShownTicks()
    {
        if (_header is [1, ..] && _header.Length >= 36)
            return BinaryPrimitives.ReadUInt64BigEndian(_header[28..]) is var ticks && ticks == ulong.MaxValue ? 0 : ticks;
        if (_header.Length < 24) return 0;
        return BinaryPrimitives.ReadUInt32BigEndian(_header[20..]) is var shortTicks && shortTicks == uint.MaxValue ? 0 : shortTicks;
    }

    private PixelSize? ReadSize()
    {
        var size = Description.Length >= 36
            ? SizeAt(Description[32..], Description[34..])
            : null;
        if (_header.Length < MatrixOffset + 44) return size;

        var matrix = _header[MatrixOffset..];
        size ??= SizeAt(matrix[36..], matrix[40..]);
        var isTurned = BinaryPrimitives.ReadInt32BigEndian(matrix) == 0 && BinaryPrimitives.ReadInt32BigEndian(matrix[4..]) != 0;
        return size is { } s && isTurned ? new PixelSize(s.HeightPixels, s.WidthPixels) : size;
    }

    private static PixelSize? SizeAt(ReadOnlySpan<byte> width, ReadOnlySpan<byte> height) =>
        PixelSize.From(BinaryPrimitives.ReadUInt16BigEndian(width), BinaryPrimitives.ReadUInt16BigEndian(height));

    private static bool IsCoverPicture(ReadOnlySpan<byte> codec) => codec.SequenceEqual("jpeg"u8) || codec.SequenceEqual("png "u8);
}
