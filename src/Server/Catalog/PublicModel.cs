using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>A public model with everything that can make it.</summary>
/// <param name="Spec">What the operator offers.</param>
/// <param name="Offers">One per row of upstream facts, best first; each is the intersection of both.</param>
public sealed record PublicModel(ModelSpec Spec, IReadOnlyList<ModelOffer> Offers)
{
    /// <summary>The name callers use.</summary>
    public string Name => Spec.Name;

    /// <summary>What at least one of the servable upstream models can do, for listings; null if none is servable.</summary>
    /// <param name="canServe">Whether a channel serves an upstream model, named <c>provider:model</c>.</param>
    public ModelCapability? Capability(Func<string, bool> canServe)
    {
        List<ModelOffer> offers = [.. Offers.Where(offer => canServe(offer.UpstreamModel))];
        if (offers.Count == 0) return null;
        var makes = offers.Select(offer => offer.Audio).Distinct().ToList();
        return new ModelCapability
        {
            Modes = [.. Spec.Modes.Keys.Where(mode => offers.Exists(offer => offer.Modes.Contains(mode)))],
            Qualities = [.. offers.SelectMany(offer => offer.Qualities).Distinct()],
            Seconds = [.. offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order()],
            Sizes = [.. offers.SelectMany(offer => offer.Sizes.Sizes).Distinct().Select(size => size.ToString())],
            Tiers = [.. offers.SelectMany(offer => offer.Sizes.Tiers).Distinct()],
            Audio = makes.Count == 1 ? makes[0] : "choice",
            MaxPromptLength = offers.Max(offer => offer.MaxPromptLength),
            MaxOutputs = offers.Max(offer => offer.MaxOutputs),
            References = References(offers),
            Extras = [.. offers.SelectMany(offer => offer.Extras.Values).DistinctBy(extra => extra.Name)],
        };
    }

    /// <summary>Bounds on an order's inputs of a role, over the upstream models that may make it; null if none takes any.</summary>
    public OfferedReference? Bounds(GenerationOrder order, MediaRole role)
    {
        List<ModelOffer> inMode = [.. Offers.Where(offer => offer.Modes.Contains(order.Mode))];
        var able = inMode.FindAll(offer => order.UpstreamModels.Contains(offer.UpstreamModel));

        // The operator may have changed what serves the model since it was ordered.
        return References(able.Count > 0 ? able : inMode).GetValueOrDefault(role);
    }

    private static Dictionary<MediaRole, OfferedReference> References(IEnumerable<ModelOffer> offers)
    {
        var widest = new Dictionary<MediaRole, OfferedReference>();
        foreach (var (role, bounds) in offers.SelectMany(offer => offer.References))
        {
            widest[role] = widest.TryGetValue(role, out var known)
                ? known with
                {
                    MaxCount = Math.Max(known.MaxCount, bounds.MaxCount),
                    MaxBytes = Math.Max(known.MaxBytes, bounds.MaxBytes),
                    Types = [.. known.Types.Union(bounds.Types)],
                }
                : bounds;
        }

        return widest;
    }
}

/// <summary>The union of what several upstream models can do; not every combination need be possible.</summary>
public sealed record ModelCapability
{
    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Quality words.</summary>
    public required IReadOnlyList<string> Qualities { get; init; }

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

    /// <summary>Largest <c>n</c>.</summary>
    public required int MaxOutputs { get; init; }

    /// <summary>Input files by role, each with its widest bounds.</summary>
    public required IReadOnlyDictionary<MediaRole, OfferedReference> References { get; init; }

    /// <summary>Extra parameters that go upstream.</summary>
    public required IReadOnlyList<ExtraParameter> Extras { get; init; }
}
