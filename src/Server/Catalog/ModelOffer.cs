using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>What one row of upstream facts can do for one public model: the intersection of both. Every combination within it is possible.</summary>
public sealed record ModelOffer
{
    /// <summary>The upstream model, as <c>provider:model</c>; several offers may have the same.</summary>
    public required string UpstreamModel
    {
        get;
        init => (field, Alone) = (value, [value]);
    }

    /// <summary>The same as a list, which orders that only it can make have in common.</summary>
    public IReadOnlyList<string> Alone { get; private init; } = [];

    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Quality words; empty where there is no such choice.</summary>
    public required IReadOnlyList<string> Qualities { get; init; }

    /// <summary>Lengths.</summary>
    public required SecondsRule Seconds { get; init; }

    /// <summary>Sizes and tiers.</summary>
    public required SizeRule Sizes { get; init; }

    /// <summary>Whether the first frame decides the ratio.</summary>
    public required bool RatioFollowsFirstFrame { get; init; }

    /// <summary>Sound: <c>always</c>, <c>never</c>, <c>choice</c> or <c>unknown</c>.</summary>
    public required string Audio { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Largest <c>n</c>.</summary>
    public required int MaxOutputs { get; init; }

    /// <summary>Input files by role.</summary>
    public required IReadOnlyDictionary<MediaRole, OfferedReference> References { get; init; }

    /// <summary>Whether a source must have been made by the account that serves the order.</summary>
    public required bool NeedsSourceId { get; init; }

    /// <summary>Whether it takes no order without a prompt.</summary>
    public required bool NeedsPrompt { get; init; }

    /// <summary>Whether the hash of <c>user</c> goes upstream.</summary>
    public required bool TakesUser { get; init; }

    /// <summary>Extra parameters that go upstream, by name.</summary>
    public required IReadOnlyDictionary<string, ExtraParameter> Extras { get; init; }

    /// <summary>Intersects both sides.</summary>
    /// <param name="spec">The public side.</param>
    /// <param name="entry">Which upstream model, for which modes.</param>
    /// <param name="upstream">A row of its facts, or null for a server of which nothing is known.</param>
    public static ModelOffer Of(ModelSpec spec, UpstreamEntry entry, UpstreamModel? upstream) => new()
    {
        UpstreamModel = entry.Model,
        Modes = [.. spec.Modes.Keys.Where(mode => (upstream?.Modes.Contains(mode) ?? true) && (entry.Modes?.Contains(mode) ?? true))],
        Qualities = upstream?.Qualities ?? [],
        Seconds = SecondsRule.Of(spec.Seconds, upstream?.Seconds),
        Sizes = SizeRule.Of(spec, upstream),
        RatioFollowsFirstFrame = upstream?.RatioFollowsFirstFrame ?? false,
        Audio = upstream is null || upstream.Audio == "choice" ? spec.Audio : upstream.Audio,
        MaxPromptLength = Math.Min(spec.MaxPromptLength, upstream?.MaxPromptLength ?? int.MaxValue),
        MaxOutputs = Math.Min(spec.MaxOutputs, upstream?.MaxOutputs ?? int.MaxValue),
        References = OfferedReference.Join(spec.References, upstream?.References),
        NeedsSourceId = upstream?.NeedsSourceId ?? false,
        NeedsPrompt = upstream?.NeedsPrompt ?? false,
        TakesUser = upstream?.TakesUser ?? false,
        Extras = (upstream?.Extras ?? []).Where(extra => spec.Extras?.Contains(extra.Name) ?? true).ToDictionary(extra => extra.Name),
    };
}

/// <summary>Bounds on the input files of one role, on both sides.</summary>
public sealed record OfferedReference
{
    /// <summary>Most files.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Largest file in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Media types, as found in the bytes.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Whether the upstream takes only a link.</summary>
    public bool IsLinkOnly { get; init; }

    /// <summary>Shortest side of a picture in pixels, or null.</summary>
    public int? MinSide { get; init; }

    /// <summary>Longest side over shortest, or null.</summary>
    public double? MaxRatio { get; init; }

    internal static IReadOnlyDictionary<MediaRole, OfferedReference> Join(
        IReadOnlyDictionary<MediaRole, ReferenceSpec>? spec, IReadOnlyDictionary<MediaRole, UpstreamReference>? upstream)
    {
        var joined = new Dictionary<MediaRole, OfferedReference>();
        foreach (var role in (spec?.Keys ?? []).Union(upstream?.Keys ?? []))
        {
            var own = spec?.GetValueOrDefault(role);
            var other = upstream?.GetValueOrDefault(role);
            if ((spec is not null && own is null) || (upstream is not null && other is null)) continue;
            joined[role] = new OfferedReference
            {
                MaxCount = Math.Min(own?.MaxCount ?? int.MaxValue, other?.MaxCount ?? int.MaxValue),
                MaxBytes = Math.Min(own?.MaxBytes ?? long.MaxValue, other?.MaxBytes ?? long.MaxValue),
                Types = own is null ? other!.Types : other is null ? own.Types : [.. own.Types.Intersect(other.Types)],
                IsLinkOnly = other?.IsLinkOnly ?? false,
                MinSide = other?.MinSide,
                MaxRatio = other?.MaxRatio,
            };
        }

        return joined;
    }
}
