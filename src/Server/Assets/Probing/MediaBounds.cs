namespace Reelay.Server.Assets.Probing;

/// <summary>How large a picture or clip may say it is. A file of a few hundred bytes can claim any size, and whoever decodes it pays for the claim.</summary>
internal static class MediaBounds
{
    /// <summary>Longest side in pixels.</summary>
    public const int MaxSidePixels = 16_384;

    /// <summary>Most pixels in all; decoded, at 4 bytes each, half a gigabyte.</summary>
    public const long MaxPixels = 128_000_000;

    /// <summary>Whether dimensions are within both bounds.</summary>
    public static bool Allow(int widthPixels, int heightPixels) =>
        widthPixels is > 0 and <= MaxSidePixels && heightPixels is > 0 and <= MaxSidePixels && (long)widthPixels * heightPixels <= MaxPixels;

    /// <summary>What is wrong with what a header says, as the rest of a sentence about the file; null if nothing is.</summary>
    public static string? Fault(MediaFacts facts)
    {
        if (facts is not { WidthPixels: { } width, HeightPixels: { } height })
        {
            var isPicture = facts.ContentType.StartsWith("image/", StringComparison.Ordinal);
            return isPicture ? $"begins like {facts.ContentType} but its header gives no width and height" : null;
        }

        return Allow(width, height) ? null : $"is {width} x {height} pixels; at most {MaxSidePixels:N0} a side and {MaxPixels:N0} in all are allowed";
    }
}
