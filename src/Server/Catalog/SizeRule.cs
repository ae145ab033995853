using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>What was asked about size. Several may be set.</summary>
/// <param name="Pixels">An exact size.</param>
/// <param name="Ratio">Width over height.</param>
/// <param name="Tier">A resolution tier in lower case.</param>
public readonly record struct SizeAsk(PixelSize? Pixels, double? Ratio, string? Tier)
{
    /// <summary>The ratio that was asked for in either way, or null.</summary>
    public double? AnyRatio => Pixels?.Ratio ?? Ratio;
}

/// <summary>What will be made.</summary>
/// <param name="Size">Pixels; zero where an input decides.</param>
/// <param name="Tier">The tier that is billed; empty where an input decides.</param>
public readonly record struct SizeChoice(PixelSize Size, string Tier);

/// <summary>Sizes a model can make: by tier, within bounds, or none where an input decides.</summary>
public sealed class SizeRule
{
    /// <summary>How far a ratio or a short side may be from the model's own.</summary>
    public const double Tolerance = 0.05;

    private readonly List<(string Name, PixelSize[] Sizes)> _tiers;
    private readonly SizeBounds? _any;
    private readonly PixelSize _default;
    private readonly double _usualRatio;

    private SizeRule(List<(string, PixelSize[])> tiers, SizeBounds? any, ModelSpec spec)
    {
        (_tiers, _any, _default) = (tiers, any, PixelSize.Parse(spec.DefaultSize));
        _usualRatio = spec.IsImage ? 1 : 16.0 / 9;
    }

    /// <summary>Whether no size can be asked, since an input decides.</summary>
    public bool IsNone => _any is null && _tiers.Count == 0;

    /// <summary>Whether sizes have no names at all: any within bounds is made.</summary>
    public bool IsAny => _any is not null && _tiers.Count == 0;

    /// <summary>The sizes, where they are named.</summary>
    public IEnumerable<PixelSize> Sizes => _tiers.SelectMany(tier => tier.Sizes);

    /// <summary>The tiers, where they are named.</summary>
    public IEnumerable<string> Tiers => _tiers.Select(tier => tier.Name);

    /// <summary>What the public model and the upstream model both allow.</summary>
    /// <param name="spec">The public side.</param>
    /// <param name="upstream">The upstream side, or null where nothing is known of it.</param>
    public static SizeRule Of(ModelSpec spec, UpstreamModel? upstream)
    {
        var tiers = new List<(string, PixelSize[])>();
        foreach (var tier in spec.Tiers)
        {
            PixelSize[] sizes = [.. tier.Sizes.Where(size => upstream is null || upstream.Sizes.Contains(size)).Select(PixelSize.Parse)];
            if (sizes.Length > 0) tiers.Add((tier.Name, sizes));
        }

        return new(tiers, upstream is null || upstream.AnySize is not null ? spec.AnySize : null, spec);
    }

    /// <summary>Finds what honours the ask: size gives the ratio, tier gives the pixels. Null if nothing does.</summary>
    public SizeChoice? Resolve(SizeAsk ask)
    {
        if (IsNone) return ask == default ? new SizeChoice(default, "") : null;
        if (IsAny) return ResolveAny(ask, _any!);
        if (ask.Tier is { } name)
        {
            var tier = _tiers.Find(tier => tier.Name == name);
            return tier.Sizes is null ? null : Nearest(tier.Name, tier.Sizes, ask.AnyRatio ?? _usualRatio);
        }

        if (ask.Pixels is { } pixels) return ResolvePixels(pixels);
        var byDefault = DefaultTier();
        return ask.Ratio is { } ratio ? Nearest(byDefault.Name, byDefault.Sizes, ratio)
            : byDefault.Sizes.Contains(_default) ? new(_default, byDefault.Name)
            : Nearest(byDefault.Name, byDefault.Sizes, _default.Ratio) ?? new(byDefault.Sizes[0], byDefault.Name);
    }

    /// <summary>Finds the tier alone, where an input decides the ratio. Null if there is no such tier.</summary>
    public string? ResolveTier(SizeAsk ask)
    {
        if (ask.Tier is { } name) return Tiers.Contains(name) ? name : null;
        if (ask.Pixels is not { } pixels) return DefaultTier().Name;
        foreach (var (tier, sizes) in _tiers)
        {
            if (sizes.Contains(pixels)) return tier;
        }

        return _tiers.Find(tier => tier.Sizes.Any(size => IsNear(pixels.ShortSidePixels, size.ShortSidePixels))).Name;
    }

    /// <summary>For messages: the sizes, or the bounds.</summary>
    public override string ToString() => IsNone ? "the size of its input"
        : string.Join(", or ", new[] { string.Join(", ", Sizes), Bounds() }.Where(part => part.Length > 0));

    private string Bounds() => _any is null ? "" : $"any WxH of {_any.MinSide} to {_any.MaxSide} pixels a side in steps of {_any.MultipleOf}"
        + (_any.MaxRatio is { } ratio ? $", at most {ratio:0.##}:1" : "")
        + (_any.MinPixels is { } least && _any.MaxPixels is { } most ? $", {least:N0} to {most:N0} pixels in all" : "");

    // The default's own tier, else the first there is: an upstream model need not make the default.
    private (string Name, PixelSize[] Sizes) DefaultTier() =>
        _tiers.Find(tier => tier.Sizes.Contains(_default)) is { Sizes: not null } own ? own : _tiers[0];

    private static bool IsNear(double asked, double own) => Math.Abs(asked - own) <= (own * Tolerance) + 1e-9;

    private static SizeChoice? Nearest(string tier, PixelSize[] sizes, double ratio)
    {
        var best = sizes.MinBy(size => Math.Abs(size.Ratio - ratio));
        return IsNear(ratio, best.Ratio) ? new(best, tier) : null;
    }

    private SizeChoice? ResolvePixels(PixelSize pixels)
    {
        foreach (var tier in _tiers)
        {
            if (tier.Sizes.Contains(pixels)) return new(pixels, tier.Name);
        }

        return _any?.Contains(pixels.WidthPixels, pixels.HeightPixels) ?? false ? new(pixels, TierByPixels(pixels)) : ResolveNear(pixels);
    }

    // A size without a name is billed as the first tier that has a size of at least as many pixels.
    private string TierByPixels(PixelSize pixels) =>
        _tiers.Find(tier => tier.Sizes.Any(size => size.Count >= pixels.Count)).Name ?? _tiers[^1].Name;

    private SizeChoice? ResolveNear(PixelSize pixels)
    {
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

    private SizeChoice? ResolveAny(SizeAsk ask, SizeBounds any)
    {
        var shortSide = ask.Tier is { } tier ? TierNames.ShortSideOf(tier) : _default.ShortSidePixels;
        var ratio = ask.AnyRatio ?? (ask.Tier is null ? _default.Ratio : _usualRatio);
        var size = ask is { Pixels: { } pixels, Tier: null } ? pixels
            : ratio >= 1 ? new PixelSize(Step(shortSide * ratio, any), Step(shortSide, any))
            : new PixelSize(Step(shortSide, any), Step(shortSide / ratio, any));
        return any.Contains(size.WidthPixels, size.HeightPixels) ? new(size, ask.Tier ?? TierNames.Nearest(size.ShortSidePixels)) : null;
    }

    private static int Step(double pixels, SizeBounds any) => (int)(Math.Round(Math.Min(pixels, 1e6) / any.MultipleOf) * any.MultipleOf);
}
