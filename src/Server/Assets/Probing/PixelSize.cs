namespace Reelay.Server.Assets.Probing;

/// <summary>Dimensions of a picture, both at least 1.</summary>
internal readonly record struct PixelSize(int WidthPixels, int HeightPixels)
{
    /// <summary>Gives the size, or null if a side is zero or does not fit.</summary>
    public static PixelSize? From(long width, long height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new PixelSize((int)width, (int)height) : null;
}
