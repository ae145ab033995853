using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>One public model as an operator wrote it: what callers may order and what it costs. What upstreams can do is told apart.</summary>
public sealed record ModelSpec
{
    /// <summary>The name callers use.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary><c>video</c> or <c>image</c>; null is video. Pictures have no length.</summary>
    public string? Kind { get; init; }

    /// <summary>A name under which several models are ordered, told apart by <c>model_name</c>; or null.</summary>
    public string? Family { get; init; }

    /// <summary>Further names for it, each with the parameters that it fixes.</summary>
    public IReadOnlyDictionary<string, JsonObject>? Aliases { get; init; }

    /// <summary>Upstream models that may serve it, best first.</summary>
    public required IReadOnlyList<UpstreamEntry> Upstream { get; init; }

    /// <summary>Task modes by name, the one to be inferred first standing first.</summary>
    public required IReadOnlyDictionary<string, ModeSpec> Modes { get; init; }

    /// <summary>Lengths callers may order; null where there are none (pictures).</summary>
    public SecondsSpec? Seconds { get; init; }

    /// <summary>Resolution tiers with their sizes; empty where any size within <see cref="AnySize"/> is made and none has a name.</summary>
    public required IReadOnlyList<TierSpec> Tiers { get; init; }

    /// <summary>Bounds of sizes beside those of the tiers, or null.</summary>
    public SizeBounds? AnySize { get; init; }

    /// <summary>Size <c>WxH</c> when the caller asks for none; its tier is the default tier.</summary>
    public required string DefaultSize { get; init; }

    /// <summary>Quality word when the caller asks for none and the model has such a choice; null takes the first possible.</summary>
    public string? DefaultQuality { get; init; }

    /// <summary>Frames a second, for listings; null where nobody can say.</summary>
    public int? Fps { get; init; }

    /// <summary>Sound of the result: <c>always</c>, <c>never</c>, <c>choice</c>, or <c>unknown</c> where nobody can say.</summary>
    public required string Audio { get; init; }

    /// <summary>What is made when <see cref="Audio"/> is <c>choice</c> and the caller says nothing; otherwise null.</summary>
    public bool? DefaultAudio { get; init; }

    /// <summary>Longest prompt in Unicode code points, 1 to 32,000.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Largest <c>n</c>.</summary>
    public required int MaxOutputs { get; init; }

    /// <summary>Input files by role, in snake case; null takes what the upstream models take.</summary>
    public IReadOnlyDictionary<MediaRole, ReferenceSpec>? References { get; init; }

    /// <summary>Extra parameters that go upstream where the upstream model takes them; null means all that it takes.</summary>
    public IReadOnlyList<string>? Extras { get; init; }

    /// <summary>Longest source video of an edit or extension in seconds: what is reserved while its length is unknown. Null where there is none.</summary>
    public int? MaxSourceSeconds { get; init; }

    /// <summary>Public model that edits and extends this one's results, where this one cannot; or null.</summary>
    public string? EditWith { get; init; }

    /// <summary>Prices; the first row that fits an order counts. Empty: free if <see cref="IsFree"/>, else without a price.</summary>
    public required IReadOnlyList<PriceSpec> Prices { get; init; }

    /// <summary>Whether an operator has said that it costs nothing; then there are no prices.</summary>
    public bool IsFree { get; init; }

    /// <summary>Which list the prices are from, said when the catalog is put together; null before.</summary>
    public string? PriceVersion { get; init; }

    /// <summary>Where the model is in its life at its vendor.</summary>
    public required LifecycleSpec Lifecycle { get; init; }

    /// <summary>Which client that others wrote exercises it, for the page of providers; null where there is none.</summary>
    public string? Proof { get; init; }

    /// <summary>Usual time from submission to result in seconds, until the server has learned better.</summary>
    public required int ExpectedSeconds { get; init; }

    /// <summary>A submitted task that is not done after this many seconds fails.</summary>
    public required int DeadlineSeconds { get; init; }

    /// <summary>Longest wait for a free slot in seconds.</summary>
    public required int MaxQueueSeconds { get; init; }

    /// <summary>What a cancel costs once the upstream works on it: <c>full</c> or <c>none</c>.</summary>
    public required string CancelCharge { get; init; }

    /// <summary>Whether it makes pictures.</summary>
    public bool IsImage => Kind == "image";

    /// <summary>A model that a channel adds under a name of its own: whatever its provider says of it.</summary>
    /// <param name="name">The public name.</param>
    /// <param name="upstream">The upstream model, as <c>provider:model</c>.</param>
    /// <param name="priceMicros">Micro-dollars per second, or per picture; null for none: a name that nobody has priced is not free.</param>
    /// <param name="rows">What is known of it; nothing by default: then video of 1 to 60 s from text or a first frame, in any even size up to 4096.</param>
    public static ModelSpec SelfHosted(string name, string upstream, long? priceMicros = null, IEnumerable<UpstreamModel>? rows = null)
    {
        var known = rows?.ToList() ?? [];
        var makesPictures = known.Exists(row => row.Modes.Contains("t2i"));
        var usual = makesPictures ? UsualModes.Pictures : UsualModes.All;
        var modes = usual.Keys.Where(mode => known.Exists(row => row.Modes.Contains(mode))).ToList();
        var spec = new ModelSpec
        {
            Name = name,
            Description = "A model at a self-hosted server.",
            Upstream = [upstream],
            Modes = (modes.Count > 0 ? modes : ["t2v", "i2v"]).ToDictionary(mode => mode, mode => usual[mode]),
            Tiers = [],
            DefaultSize = makesPictures ? "1024x1024" : "1280x720",
            Audio = "never",
            MaxPromptLength = 32_000,
            MaxOutputs = known.Count > 0 ? known.Max(row => row.MaxOutputs) : 1,
            References = known.Count > 0 ? null : UsualModes.FirstFrame,
            Prices = PricesOf(known, priceMicros, makesPictures ? "output" : "second"),
            Lifecycle = new() { State = "active", Source = "operator" },
            ExpectedSeconds = makesPictures ? 40 : 120,
            DeadlineSeconds = 3600,
            MaxQueueSeconds = 900,
            CancelCharge = "full",
        };
        return (makesPictures ? spec with { Kind = "image" } : spec.Moving(known)).Sized(known);
    }

    // The vendor's own list, where all of it is known; a model of which a part has no price has none.
    private static IReadOnlyList<PriceSpec> PricesOf(List<UpstreamModel> known, long? priceMicros, string per) =>
        priceMicros is { } micros ? [new() { Per = per, Micros = micros }]
        : known.Count == 0 || known.Exists(row => row.ListPriceMicros is null) ? []
        : [.. known.Select(row => new PriceSpec { Quality = row.Qualities is [var only] ? only : null, Per = per, Micros = row.ListPriceMicros!.Value }).Distinct()];

    private ModelSpec Moving(List<UpstreamModel> known)
    {
        var hasChoice = known.Exists(row => row.Audio == "choice");
        return this with
        {
            Seconds = new() { Min = 1, Max = 60, Default = 4 },
            Audio = hasChoice ? "choice" : "unknown",
            DefaultAudio = hasChoice ? false : null,
            MaxSourceSeconds = 120,
        };
    }

    // Sizes that a provider lists have the names of their short sides; where it gives bounds, any size within them will do.
    private ModelSpec Sized(List<UpstreamModel> known)
    {
        var sizes = known.SelectMany(row => row.Sizes).Distinct().ToList();
        var bounds = known.Find(row => row.AnySize is not null)?.AnySize;
        if (bounds is not null || sizes.Count == 0) return this with { AnySize = bounds ?? new() { MinSide = 64, MaxSide = 4096, MultipleOf = 2 } };

        var tiers = sizes.GroupBy(size => TierNames.Nearest(PixelSize.Parse(size).ShortSidePixels));
        return this with
        {
            Tiers = [.. tiers.Select(tier => new TierSpec { Name = tier.Key, Sizes = [.. tier] })],
            DefaultSize = sizes.Contains(DefaultSize) ? DefaultSize : sizes[0],
        };
    }
}
