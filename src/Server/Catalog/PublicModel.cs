using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>A public model with everything that can make it.</summary>
/// <param name="Spec">What the operator offers.</param>
/// <param name="Offers">One per upstream model, best first; each is the intersection of both.</param>
public sealed record PublicModel(ModelSpec Spec, IReadOnlyList<ModelOffer> Offers)
{
    /// <summary>The name callers use.</summary>
    public string Name => Spec.Name;

    /// <summary>What at least one of the servable upstream models can do, for listings; null if none is servable.</summary>
    /// <param name="canServe">Whether a channel serves an upstream model, named <c>provider:model</c>.</param>
    public ModelCapability? Capability(Func<string, bool> canServe)
    {
        List<ModelOffer> offers = [.. Offers.Where(offer => canServe(offer.UpstreamModel))];
        return offers.Count == 0 ? null : new ModelCapability
        {
            Modes = [.. offers.SelectMany(offer => offer.Modes).Distinct()],
            Seconds = [.. offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order()],
            Sizes = [.. offers.SelectMany(offer => offer.Sizes.Sizes).Distinct().Select(size => size.ToString())],
            Tiers = [.. offers.SelectMany(offer => offer.Sizes.Tiers).Distinct()],
            Audio = offers.TrueForAll(offer => offer.Audio == offers[0].Audio) ? offers[0].Audio : "choice",
            MaxPromptLength = offers.Max(offer => offer.MaxPromptLength),
            Extras = [.. offers.SelectMany(offer => offer.Extras).Distinct()],
        };
    }

    /// <summary>Price of one second in micro-dollars.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such tier.</exception>
    public long PriceMicrosPerSecond(string tier)
    {
        if (Spec.AnySize is { } any)
        {
            return any.PriceMicrosPerSecond;
        }

        foreach (var row in Spec.Tiers)
        {
            if (row.Name == tier)
            {
                return row.PriceMicrosPerSecond;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(tier), tier, $"The model {Name} has no such tier.");
    }
}

/// <summary>What one upstream model can do for one public model.</summary>
public sealed record ModelOffer
{
    /// <summary>The upstream model, as <c>provider:model</c>.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Lengths.</summary>
    public required SecondsRule Seconds { get; init; }

    /// <summary>Sizes and tiers.</summary>
    public required SizeRule Sizes { get; init; }

    /// <summary>Sound: <c>always</c>, <c>never</c>, <c>choice</c> or <c>unknown</c>.</summary>
    public required string Audio { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Hints that go upstream.</summary>
    public required IReadOnlyList<string> Extras { get; init; }

    /// <summary>Intersects both sides; <paramref name="upstream"/> is null for a server of which nothing is known.</summary>
    public static ModelOffer Of(ModelSpec spec, string id, UpstreamModel? upstream) => new()
    {
        UpstreamModel = id,
        Modes = [.. spec.Modes.Keys.Where(mode => upstream?.Modes.Contains(mode) ?? true)],
        Seconds = SecondsRule.Of(spec.Seconds, upstream?.Seconds ?? []),
        Sizes = SizeRule.Of(spec, upstream?.Sizes ?? []),
        Audio = upstream is null || upstream.Audio == "choice" ? spec.Audio : upstream.Audio,
        MaxPromptLength = Math.Min(spec.MaxPromptLength, upstream?.MaxPromptLength ?? int.MaxValue),
        Extras = [.. (upstream?.Extras ?? []).Select(extra => extra.Name).Where(extra => spec.Extras?.Contains(extra) ?? true)],
    };
}

/// <summary>The union of what several upstream models can do; not every combination need be possible.</summary>
public sealed record ModelCapability
{
    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Lengths in seconds, in order.</summary>
    public required IReadOnlyList<int> Seconds { get; init; }

    /// <summary>Sizes <c>WxH</c>; empty where any size within the model's bounds is made.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Resolution tiers; empty where any size is made.</summary>
    public required IReadOnlyList<string> Tiers { get; init; }

    /// <summary>Sound: <c>always</c>, <c>never</c>, <c>choice</c> or <c>unknown</c>.</summary>
    public required string Audio { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Hints that go upstream.</summary>
    public required IReadOnlyList<string> Extras { get; init; }
}
