using System.Globalization;

namespace Reelay.Server.Catalog;

/// <summary>What was asked about size. Several may be set.</summary>
/// <param name="Pixels">An exact size.</param>
/// <param name="Ratio">Width over height.</param>
/// <param name="Tier">A resolution tier in lower case.</param>
public readonly record struct SizeAsk(PixelSize? Pixels, double? Ratio, string? Tier);

/// <summary>What will be made.</summary>
/// <param name="Size">Pixels.</param>
/// <param name="Tier">The tier that is billed.</param>
public readonly record struct SizeChoice(PixelSize Size, string Tier);

/// <summary>Sizes a model can make, by tier; or any within bounds.</summary>
public sealed class SizeRule
{
    /// <summary>How far a ratio or a short side may be from the model's own.</summary>
    public const double Tolerance = 0.05;

    private const double Landscape = 16.0 / 9;

    private readonly List<(string Name, PixelSize[] Sizes)> _tiers;
    private readonly AnySizeSpec? _any;
    private readonly PixelSize _default;

    private SizeRule(List<(string, PixelSize[])> tiers, AnySizeSpec? any, PixelSize defaultSize) =>
        (_tiers, _any, _default) = (tiers, any, defaultSize);

    /// <summary>Whether no size is left.</summary>
    public bool IsEmpty => _any is null && _tiers.Count == 0;

    /// <summary>Whether any size within bounds can be made.</summary>
    public bool IsAny => _any is not null;

    /// <summary>The sizes, where they are named.</summary>
    public IEnumerable<PixelSize> Sizes => _tiers.SelectMany(tier => tier.Sizes);

    /// <summary>The tiers, where they are named.</summary>
    public IEnumerable<string> Tiers => _tiers.Select(tier => tier.Name);

    /// <summary>What the public model and the upstream model both allow; an upstream that names no sizes sets no bound.</summary>
    public static SizeRule Of(ModelSpec spec, IReadOnlyList<string> upstream)
    {
        var tiers = new List<(string, PixelSize[])>();
        foreach (var tier in spec.Tiers)
        {
            PixelSize[] sizes = [.. tier.Sizes.Where(size => upstream.Count == 0 || upstream.Contains(size)).Select(PixelSize.Parse)];
            if (sizes.Length > 0)
            {
                tiers.Add((tier.Name, sizes));
            }
        }

        return new(tiers, spec.AnySize, PixelSize.Parse(spec.DefaultSize));
    }

    /// <summary>Finds what honours the ask: size gives the ratio, tier gives the pixels. Null if nothing does.</summary>
    public SizeChoice? Resolve(SizeAsk ask)
    {
        if (_any is not null)
        {
            return ResolveAny(ask, _any);
        }

        if (ask.Tier is { } name)
        {
            var tier = _tiers.Find(tier => tier.Name == name);
            return tier.Sizes is null ? null : Nearest(tier.Name, tier.Sizes, ask.Pixels?.Ratio ?? ask.Ratio ?? Landscape);
        }

        return ask.Pixels is { } pixels ? ResolvePixels(pixels)
            : _tiers.Find(tier => tier.Sizes.Contains(_default)) is not { Sizes: not null } byDefault ? null
            : ask.Ratio is { } ratio ? Nearest(byDefault.Name, byDefault.Sizes, ratio)
            : new(_default, byDefault.Name);
    }

    /// <summary>For messages: the sizes, or the bounds.</summary>
    public override string ToString() => _any is null
        ? string.Join(", ", Sizes)
        : $"any WxH of {_any.MinSide} to {_any.MaxSide} pixels a side in steps of {_any.MultipleOf}";

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

    private static bool IsNear(double asked, double own) => Math.Abs(asked - own) <= (own * Tolerance) + 1e-9;

    private static SizeChoice? Nearest(string tier, PixelSize[] sizes, double ratio)
    {
        var best = sizes.MinBy(size => Math.Abs(size.Ratio - ratio));
        return IsNear(ratio, best.Ratio) ? new(best, tier) : null;
    }

    private static string TierOf(int shortSidePixels)
    {
        ReadOnlySpan<string> known = ["480p", "540p", "720p", "1080p", "2k", "4k"];
        foreach (var tier in known)
        {
            if (IsNear(shortSidePixels, ShortSideOf(tier)))
            {
                return tier;
            }
        }

        return $"{shortSidePixels}p";
    }

    private SizeChoice? ResolvePixels(PixelSize pixels)
    {
        foreach (var tier in _tiers)
        {
            if (tier.Sizes.Contains(pixels))
            {
                return new(pixels, tier.Name);
            }
        }

        SizeChoice? best = null;
        var smallest = double.MaxValue;
        foreach (var (name, sizes) in _tiers)
        {
            foreach (var size in sizes)
            {
                var distance = Math.Abs(size.ShortSidePixels - pixels.ShortSidePixels) / (double)size.ShortSidePixels
                    + Math.Abs(size.Ratio - pixels.Ratio) / size.Ratio;
                if (distance < smallest && IsNear(pixels.Ratio, size.Ratio) && IsNear(pixels.ShortSidePixels, size.ShortSidePixels))
                {
                    (best, smallest) = (new(size, name), distance);
                }
            }
        }

        return best;
    }

    private SizeChoice? ResolveAny(SizeAsk ask, AnySizeSpec any)
    {
        var shortSide = ask.Tier is { } tier ? ShortSideOf(tier) : _default.ShortSidePixels;
        var ratio = ask.Pixels?.Ratio ?? ask.Ratio ?? (ask.Tier is null ? _default.Ratio : Landscape);
        var size = ask is { Pixels: { } pixels, Tier: null } ? pixels
            : ratio >= 1 ? new PixelSize(Step(shortSide * ratio, any), Step(shortSide, any))
            : new PixelSize(Step(shortSide, any), Step(shortSide / ratio, any));
        return Fits(size.WidthPixels, any) && Fits(size.HeightPixels, any)
            ? new(size, ask.Tier ?? TierOf(size.ShortSidePixels))
            : null;
    }

    private static int Step(double pixels, AnySizeSpec any) => (int)(Math.Round(Math.Min(pixels, 1e6) / any.MultipleOf) * any.MultipleOf);

    private static bool Fits(int pixels, AnySizeSpec any) => pixels >= any.MinSide && pixels <= any.MaxSide && pixels % any.MultipleOf == 0;
}
