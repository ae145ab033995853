using Reelay.Server.Api;
using Reelay.Server.Assets.Probing;

namespace Reelay.Server.Files;

/// <summary>What a character's clip must be, by OpenAI's guide "Video generation with Sora" (copy of mid 2026): 2 to 4 s, 16:9 or 9:16, 720p to 1080p.</summary>
internal static class CharacterClip
{
    private const decimal MinSeconds = 2;
    private const decimal MaxSeconds = 4;
    private const int MinShortSidePixels = 720;
    private const int MaxShortSidePixels = 1080;
    private const double Ratio = 16.0 / 9;

    // A clip of n seconds is often a frame longer or shorter, and sides are made even: neither is what the rule means.
    private const decimal SlackSeconds = 0.05m;
    private const double RatioSlack = 0.01;

    /// <summary>Refuses what is measurably outside; what a header does not tell is let pass.</summary>
    /// <param name="param">Where the caller sent it.</param>
    public static ApiError? Check(MediaFacts facts, string param)
    {
        if (!facts.ContentType.StartsWith("video/", StringComparison.Ordinal)) return Refuse(param, $"is {facts.ContentType}, not a video");
        if (facts.DurationSeconds is { } seconds && (seconds < MinSeconds - SlackSeconds || seconds > MaxSeconds + SlackSeconds))
        {
            return Refuse(param, FormattableString.Invariant($"is {seconds:0.###} s long"));
        }

        if (facts is not { WidthPixels: { } width, HeightPixels: { } height }) return null;
        var (shortSide, longSide) = (Math.Min(width, height), Math.Max(width, height));
        var isInRatio = Math.Abs((longSide / (double)shortSide / Ratio) - 1) <= RatioSlack;
        return isInRatio && shortSide is >= MinShortSidePixels and <= MaxShortSidePixels
            ? null
            : Refuse(param, $"is {width} x {height} pixels");
    }

    private static ApiError Refuse(string param, string measured) => UploadErrors.InvalidFile(
        param, $"{measured}; a character's clip is a video of {MinSeconds} to {MaxSeconds} s, 16:9 or 9:16, {MinShortSidePixels}p to {MaxShortSidePixels}p");
}
