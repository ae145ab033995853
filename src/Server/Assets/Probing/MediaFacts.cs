namespace Reelay.Server.Assets.Probing;

/// <summary>What a file says about itself, measured from its bytes.</summary>
/// <param name="ContentType">Type told from the first bytes, for example <c>video/mp4</c>.</param>
/// <param name="WidthPixels">Width as shown, or null if unreadable or without a picture.</param>
/// <param name="HeightPixels">Height as shown, or null if unreadable or without a picture.</param>
/// <param name="DurationSeconds">Length, rounded to microseconds, or null if unreadable or a still picture.</param>
/// <param name="Fps">Mean frame rate, rounded to thousandths, or null.</param>
/// <param name="HasAudio">Whether there is sound, or null if that was not read.</param>
internal sealed record MediaFacts(
    string ContentType, int? WidthPixels, int? HeightPixels, decimal? DurationSeconds, decimal? Fps, bool? HasAudio)
{
    /// <summary>Frames of the video track, or null if not counted in the header.</summary>
    public long? FrameCount { get; init; }

    /// <summary>Four-character code of the video codec, for example <c>avc1</c>, or null.</summary>
    public string? VideoCodec { get; init; }
}
