using System.Globalization;

namespace Reelay.Server.Catalog.Orders;

/// <summary>The forms a size may be written in.</summary>
/// <param name="Ask">What it asks for.</param>
/// <param name="IsAuto">Whether the choice is left to the model.</param>
internal readonly record struct SizeText(SizeAsk Ask, bool IsAuto)
{
    // 16:9 is a ratio and 1280:720 a size; no ratio in use has such large terms, and no size such small ones.
    private const int LargestRatioTerm = 63;

    /// <summary>Reads <c>WxH</c>, <c>W*H</c>, <c>W:H</c>, <c>720p</c>, <c>2k</c> or <c>auto</c>.</summary>
    public static bool TryParse(string text, out SizeText size)
    {
        text = text.Trim().ToLowerInvariant();
        size = default;
        if (text is "auto" or "adaptive")
        {
            size = new(default, IsAuto: true);
            return true;
        }

        if (TryParseTier(text, out var tier))
        {
            size = new(new(null, null, tier), IsAuto: false);
            return true;
        }

        if (PixelSize.TryParse(text, out var pixels))
        {
            var isRatio = text.Contains(':', StringComparison.Ordinal) && pixels.WidthPixels <= LargestRatioTerm && pixels.HeightPixels <= LargestRatioTerm;
            size = new(isRatio ? new(null, pixels.Ratio, null) : new(pixels, null, null), IsAuto: false);
            return true;
        }

        return false;
    }

    /// <summary>Reads <c>16:9</c> or <c>16x9</c>, or a number such as <c>1.78</c>.</summary>
    public static bool TryParseRatio(string text, out double ratio)
    {
        ratio = PixelSize.TryParse(text, out var terms) ? terms.Ratio
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return ratio is > 0.01 and < 100;
    }

    /// <summary>Reads a tier such as <c>720P</c> or <c>2k</c>; gives it in lower case.</summary>
    public static bool TryParseTier(string text, out string tier)
    {
        tier = text.Trim().ToLowerInvariant();
        return TierNames.ShortSideOf(tier) > 0;
    }
}
