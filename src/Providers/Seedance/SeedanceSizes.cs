using System.Collections.Frozen;

namespace Reelay.Providers.Seedance;

/// <summary>Ark's table of pixels: it takes a resolution and a ratio, and each pair has one size. Sources: the README.</summary>
internal static class SeedanceSizes
{
    /// <summary>Ratio of the first picture.</summary>
    public const string Adaptive = "adaptive";

    private static readonly string[] _ratios = ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9"];

    // The sizes of the 1.0 models and of the later ones; where both have a size, it means the same.
    private static readonly (string Resolution, string[] Sizes)[] _rows =
    [
        ("480p", ["864x480", "736x544", "640x640", "544x736", "480x864", "960x416"]),
        ("720p", ["1248x704", "1120x832", "960x960", "832x1120", "704x1248", "1504x640"]),
        ("1080p", ["1920x1088", "1664x1248", "1440x1440", "1248x1664", "1088x1920", "2176x928"]),
        ("480p", ["864x496", "752x560", "640x640", "560x752", "496x864", "992x432"]),
        ("720p", ["1280x720", "1112x834", "960x960", "834x1112", "720x1280", "1470x630"]),
        ("1080p", ["1920x1080", "1664x1248", "1440x1440", "1248x1664", "1080x1920", "2206x946"]),
        ("4k", ["3840x2160", "3326x2494", "2880x2880", "2494x3326", "2160x3840", "4398x1886"]),
    ];

    private static readonly FrozenDictionary<string, (string Resolution, string Ratio)> _bySize = _rows
        .SelectMany(row => row.Sizes.Select((size, index) => (size, row.Resolution, Ratio: _ratios[index])))
        .DistinctBy(entry => entry.size)
        .ToFrozenDictionary(entry => entry.size, entry => (entry.Resolution, entry.Ratio));

    /// <summary>What to ask for; null if Ark has no such size. Without pixels a first frame decides the ratio.</summary>
    public static (string Resolution, string Ratio)? Of(ProviderRequest order)
    {
        if (order is { WidthPixels: { } width, HeightPixels: { } height })
            return _bySize.TryGetValue($"{width}x{height}", out var shape) ? shape : null;
        return order.Tier is { } tier && _rows.Any(row => row.Resolution == tier) ? (tier, Adaptive) : null;
    }
}
