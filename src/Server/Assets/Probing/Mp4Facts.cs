namespace Reelay.Server.Assets.Probing;

/// <summary>What the header of an MP4 or MOV file says.</summary>
internal sealed record Mp4Facts
{
    /// <summary>Length of the whole movie in seconds, or null if not written (a fragmented file may leave it out).</summary>
    public decimal? MovieSeconds { get; init; }

    /// <summary>The first enabled video track with a size, or null.</summary>
    public Mp4Track? Video { get; init; }

    /// <summary>Whether a sound track has samples (or, in a fragmented file, exists).</summary>
    public bool HasAudio { get; init; }
}

/// <summary>A video track.</summary>
/// <param name="Codec">Four-character code of its sample description, for example <c>avc1</c>.</param>
/// <param name="Size">Dimensions as shown: turned if the track's matrix turns it by a quarter.</param>
/// <param name="DurationSeconds">Length in seconds, or null.</param>
/// <param name="FrameCount">Frames, or null in a fragmented file.</param>
/// <param name="Fps">Mean frame rate, or null.</param>
internal sealed record Mp4Track(string Codec, PixelSize Size, decimal? DurationSeconds, long? FrameCount, decimal? Fps);
