namespace Reelay.Server.Assets.Probing;

/// <summary>How large a picture may be, told from its header: a small file can unpack into more than any memory holds.</summary>
internal static class PictureBounds
{
    /// <summary>Longest side in pixels.</summary>
    public const int MaxSide = 16_384;

    /// <summary>Most pixels in all.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>What is wrong with a size, or null.</summary>
    public static string? FindFault(int widthPixels, int heightPixels) =>
        widthPixels > MaxSide || heightPixels > MaxSide ? $"a side has at most {MaxSide:N0}"
        : (long)widthPixels * heightPixels > MaxPixels ? $"it has at most {MaxPixels:N0} in all"
        : null;
}
