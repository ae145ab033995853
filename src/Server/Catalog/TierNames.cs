using System.Globalization;

namespace Reelay.Server.Catalog;

/// <summary>Names of resolution tiers: <c>720p</c>, <c>1080p</c>, <c>1k</c>, <c>2k</c>, <c>4k</c> …</summary>
internal static class TierNames
{
    private static readonly string[] _usual = ["480p", "540p", "720p", "1080p", "2k", "4k"];

    /// <summary>Reads the number of lines from a tier's name: 720 from <c>720p</c>, 1440 from <c>2k</c>; 0 if it is no tier.</summary>
    public static int ShortSideOf(string tier) => tier switch
    {
        "1k" => 1024,
        "2k" => 1440,
        "4k" => 2160,
        "8k" => 4320,
        _ => tier.Length is 4 or 5 && tier[^1] == 'p'
            && int.TryParse(tier.AsSpan(0, tier.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var lines) ? lines : 0,
    };

    /// <summary>The usual tier of a short side, else one named after it.</summary>
    public static string Nearest(int shortSidePixels)
    {
        foreach (var tier in _usual)
        {
            var lines = ShortSideOf(tier);
            if (Math.Abs(shortSidePixels - lines) <= lines * SizeRule.Tolerance) return tier;
        }

        return $"{shortSidePixels}p";
    }
}
