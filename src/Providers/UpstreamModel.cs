namespace Reelay.Providers;

/// <summary>
/// Facts about one model of an upstream; a row of the provider's <c>…Models.json</c>. Every combination of the values in a row is possible;
/// a model whose values depend on each other (sound only in one quality, a last frame only at one length) has several rows of one name.
/// </summary>
public sealed record UpstreamModel
{
    /// <summary>The upstream's own name.</summary>
    public required string Name { get; init; }

    /// <summary>Task modes it can do.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>The vendor's quality words this row is for (<c>std</c>, <c>pro</c>); empty where the model has no such choice.</summary>
    public IReadOnlyList<string> Qualities { get; init; } = [];

    /// <summary>Lengths in seconds it accepts; empty where it takes none.</summary>
    public IReadOnlyList<int> Seconds { get; init; } = [];

    /// <summary>Sizes <c>WxH</c> it accepts; empty where it takes none, or any within <see cref="AnySize"/>.</summary>
    public IReadOnlyList<string> Sizes { get; init; } = [];

    /// <summary>Bounds of further sizes, or null where there are none beside <see cref="Sizes"/>.</summary>
    public SizeBounds? AnySize { get; init; }

    /// <summary>Whether the first frame, or the video that is edited, decides the ratio, so that a size chooses the resolution only.</summary>
    public bool RatioFollowsFirstFrame { get; init; }

    /// <summary>Whether its videos have sound: <c>always</c>, <c>never</c> or <c>choice</c>.</summary>
    public string Audio { get; init; } = "never";

    /// <summary>
    /// The vendor's list price in micro-dollars, for a second of video or a picture, of a model that only channels publish; null where no public
    /// model of ours stands before it, or it is not known.
    /// </summary>
    public long? ListPriceMicros { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public int MaxPromptLength { get; init; } = 32_000;

    /// <summary>Most outputs of one submission.</summary>
    public int MaxOutputs { get; init; } = 1;

    /// <summary>Input files it takes, by role. A role that is not listed is not taken.</summary>
    public IReadOnlyDictionary<MediaRole, UpstreamReference> References { get; init; } = new Dictionary<MediaRole, UpstreamReference>();

    /// <summary>
    /// Whether a mode that works on an earlier result needs the upstream's own id of it: then only the account that made it can serve.
    /// </summary>
    public bool NeedsSourceId { get; init; }

    /// <summary>Whether it takes no order without a prompt, whatever the public model says of the mode.</summary>
    public bool NeedsPrompt { get; init; }

    /// <summary>Whether the hash of the caller's <c>user</c> is sent on, as the upstream's id against abuse.</summary>
    public bool TakesUser { get; init; }

    /// <summary>Extra parameters it takes.</summary>
    public IReadOnlyList<ExtraParameter> Extras { get; init; } = [];

    /// <summary><c>preview</c>, <c>active</c>, <c>deprecated</c> or <c>retired</c>, at the vendor's own host.</summary>
    public string Lifecycle { get; init; } = "active";

    /// <summary>Day on which the vendor shuts it down, as <c>yyyy-MM-dd</c>, or null.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary>Where these facts come from, with the date read.</summary>
    public required string Source { get; init; }
}

/// <summary>What an upstream model takes of one kind of input.</summary>
public sealed record UpstreamReference
{
    /// <summary>Most files of this role in one submission.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Largest file in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Media types, as found in the bytes.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Whether the upstream takes only a link that it fetches itself; otherwise bytes go inline or as its own upload.</summary>
    public bool IsLinkOnly { get; init; }

    /// <summary>Shortest side of a picture in pixels, or null where nothing is known.</summary>
    public int? MinSide { get; init; }

    /// <summary>Longest side over shortest, or null where nothing is known.</summary>
    public double? MaxRatio { get; init; }
}

/// <summary>Bounds of sizes that need not stand in a list.</summary>
public sealed record SizeBounds
{
    /// <summary>Smallest width and height in pixels.</summary>
    public required int MinSide { get; init; }

    /// <summary>Largest width and height in pixels.</summary>
    public required int MaxSide { get; init; }

    /// <summary>Width and height are multiples of it.</summary>
    public required int MultipleOf { get; init; }

    /// <summary>Fewest pixels in all, or null.</summary>
    public long? MinPixels { get; init; }

    /// <summary>Most pixels in all, or null.</summary>
    public long? MaxPixels { get; init; }

    /// <summary>Longest side over shortest, or null for no bound.</summary>
    public double? MaxRatio { get; init; }

    /// <summary>Whether a size lies within the bounds.</summary>
    public bool Contains(int widthPixels, int heightPixels)
    {
        var pixels = (long)widthPixels * heightPixels;
        var (shortSide, longSide) = widthPixels < heightPixels ? (widthPixels, heightPixels) : (heightPixels, widthPixels);
        return shortSide >= MinSide && longSide <= MaxSide
            && widthPixels % MultipleOf == 0 && heightPixels % MultipleOf == 0
            && !(pixels < MinPixels) && !(pixels > MaxPixels)
            && !((double)longSide / shortSide > MaxRatio);
    }
}
