namespace Reelay.Server.Catalog;

/// <summary>Ratios by the names that upstreams and callers use.</summary>
internal static class AspectRatio
{
    private static readonly (string Name, double Value)[] _known =
    [
        .. new[] { "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "5:4", "4:5", "21:9", "9:21" }.Select(name => (name, PixelSize.Parse(name).Ratio)),
    ];

    /// <summary>The usual name of a size's ratio; of one that has none, the ratio in lowest terms. Null without a size.</summary>
    public static string? Name(int widthPixels, int heightPixels)
    {
        if (widthPixels <= 0 || heightPixels <= 0) return null;
        var ratio = (double)widthPixels / heightPixels;
        var nearest = _known.MinBy(known => Math.Abs(known.Value - ratio) / known.Value);
        if (Math.Abs(nearest.Value - ratio) <= nearest.Value * SizeRule.Tolerance) return nearest.Name;
        var divisor = Divisor(widthPixels, heightPixels);
        return $"{widthPixels / divisor}:{heightPixels / divisor}";
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
