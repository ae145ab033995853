using System.Globalization;

namespace Reelay.Server.Catalog;

/// <summary>A picture's size in pixels.</summary>
public readonly record struct PixelSize(int WidthPixels, int HeightPixels)
{
    /// <summary>Width over height.</summary>
    public double Ratio => (double)WidthPixels / HeightPixels;

    /// <summary>The smaller side.</summary>
    public int ShortSidePixels => Math.Min(WidthPixels, HeightPixels);

    /// <summary>Pixels in all.</summary>
    public long Count => (long)WidthPixels * HeightPixels;

    /// <summary>Reads <c>WxH</c>, <c>W*H</c> or <c>W:H</c> with both numbers between 1 and 99,999.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PixelSize size)
    {
        size = default;
        text = text.Trim();
        var separator = text.IndexOfAny("xX*:×");
        if (separator < 0
            || !TryNumber(text[..separator], out var width)
            || !TryNumber(text[(separator + 1)..], out var height))
        {
            return false;
        }

        size = new(width, height);
        return true;
    }

    /// <summary>Reads <c>WxH</c> from the catalog, where it has been validated.</summary>
    public static PixelSize Parse(string text) =>
        TryParse(text, out var size) ? size : throw new FormatException($"`{text}` is not a size.");

    /// <summary><c>WxH</c>.</summary>
    public override string ToString() => $"{WidthPixels}x{HeightPixels}";

    private static bool TryNumber(ReadOnlySpan<char> text, out int number)
    {
        text = text.Trim();
        number = 0;
        return text.Length is > 0 and <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }
}
