using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>One public model as an operator wrote it: what callers may order and what it costs. What upstreams can do is told apart.</summary>
public sealed record ModelSpec
{
    /// <summary>The name callers use.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>Upstream models that may serve it, as <c>provider:model</c>, best first.</summary>
    public required IReadOnlyList<string> Upstream { get; init; }

    /// <summary>Task modes by name.</summary>
    public required IReadOnlyDictionary<string, ModeSpec> Modes { get; init; }

    /// <summary>Lengths callers may order.</summary>
    public required SecondsSpec Seconds { get; init; }

    /// <summary>Resolution tiers with their sizes and prices; empty where <see cref="AnySize"/> is set.</summary>
    public required IReadOnlyList<TierSpec> Tiers { get; init; }

    /// <summary>Set for models that make any size within bounds; otherwise null.</summary>
    public AnySizeSpec? AnySize { get; init; }

    /// <summary>Size <c>WxH</c> when the caller asks for none; its tier is the default tier.</summary>
    public required string DefaultSize { get; init; }

    /// <summary>Sound of the result: <c>always</c>, <c>never</c>, <c>choice</c>, or <c>unknown</c> where nobody can say.</summary>
    public required string Audio { get; init; }

    /// <summary>What is made when <see cref="Audio"/> is <c>choice</c> and the caller says nothing; otherwise null.</summary>
    public bool? DefaultAudio { get; init; }

    /// <summary>Longest prompt in Unicode code points, 1 to 32,000.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Largest <c>n</c>.</summary>
    public required int MaxOutputs { get; init; }

    /// <summary>Input files by role, in snake case: <c>first_frame</c> …</summary>
    public required IReadOnlyDictionary<string, ReferenceSpec> References { get; init; }

    /// <summary>Hints that go upstream where the upstream model takes them; null means all that it takes.</summary>
    public IReadOnlyList<string>? Extras { get; init; }

    /// <summary>Where the model is in its life at its vendor.</summary>
    public required LifecycleSpec Lifecycle { get; init; }

    /// <summary>Usual time from submission to result in seconds, until the server has learned better.</summary>
    public required int ExpectedSeconds { get; init; }

    /// <summary>A submitted task that is not done after this many seconds fails.</summary>
    public required int DeadlineSeconds { get; init; }

    /// <summary>Longest wait for a free slot in seconds.</summary>
    public required int MaxQueueSeconds { get; init; }

    /// <summary>What a cancel costs once the upstream works on it: <c>full</c> or <c>none</c>.</summary>
    public required string CancelCharge { get; init; }

    /// <summary>A model at an operator's own server, of which nothing is known: 1 to 60 s, any even size up to 4096, text or a first frame.</summary>
    /// <param name="name">The public name.</param>
    /// <param name="upstream">The upstream model, as <c>provider:model</c>.</param>
    /// <param name="priceMicrosPerSecond">Micro-dollars per second; 0 for free.</param>
    public static ModelSpec SelfHosted(string name, string upstream, long priceMicrosPerSecond = 0) => new()
    {
        Name = name,
        Description = "A model at a self-hosted server.",
        Upstream = [upstream],
        Modes = new Dictionary<string, ModeSpec>
        {
            ["t2v"] = new() { Requires = ["prompt"] },
            ["i2v"] = new() { Requires = ["prompt", "first_frame"] },
        },
        Seconds = new() { Min = 1, Max = 60, Default = 4 },
        Tiers = [],
        AnySize = new() { MinSide = 64, MaxSide = 4096, MultipleOf = 2, PriceMicrosPerSecond = priceMicrosPerSecond },
        DefaultSize = "1280x720",
        Audio = "unknown",
        MaxPromptLength = 32_000,
        MaxOutputs = 1,
        References = new Dictionary<string, ReferenceSpec>
        {
            ["first_frame"] = new() { MaxCount = 1, MaxBytes = 20 << 20, Types = ["image/png", "image/jpeg", "image/webp"] },
        },
        Lifecycle = new() { State = "active", Source = "operator" },
        ExpectedSeconds = 120,
        DeadlineSeconds = 3600,
        MaxQueueSeconds = 900,
        CancelCharge = "full",
    };
}

/// <summary>What a mode needs.</summary>
public sealed record ModeSpec
{
    /// <summary><c>prompt</c> and roles of <see cref="MediaRole"/> in snake case.</summary>
    public required IReadOnlyList<string> Requires { get; init; }
}

/// <summary>Lengths: a set, or a range where <see cref="Allowed"/> is null.</summary>
public sealed record SecondsSpec
{
    /// <summary>The lengths allowed, or null.</summary>
    public IReadOnlyList<int>? Allowed { get; init; }

    /// <summary>Shortest length of a range.</summary>
    public int? Min { get; init; }

    /// <summary>Longest length of a range.</summary>
    public int? Max { get; init; }

    /// <summary>Length when none is asked and 4 is not allowed.</summary>
    public required int Default { get; init; }
}

/// <summary>One resolution tier.</summary>
public sealed record TierSpec
{
    /// <summary>Its name, for example <c>720p</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its sizes as <c>WxH</c>.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Price of one second of output in micro-dollars.</summary>
    public required long PriceMicrosPerSecond { get; init; }
}

/// <summary>Bounds of a model that makes any size.</summary>
public sealed record AnySizeSpec
{
    /// <summary>Smallest width and height in pixels.</summary>
    public required int MinSide { get; init; }

    /// <summary>Largest width and height in pixels.</summary>
    public required int MaxSide { get; init; }

    /// <summary>Width and height are multiples of it.</summary>
    public required int MultipleOf { get; init; }

    /// <summary>Price of one second of output in micro-dollars, whatever the size.</summary>
    public required long PriceMicrosPerSecond { get; init; }
}

/// <summary>Bounds on the input files of one role.</summary>
public sealed record ReferenceSpec
{
    /// <summary>Most files.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Largest file in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Media types, as found in the bytes.</summary>
    public required IReadOnlyList<string> Types { get; init; }
}

/// <summary>Where a model is in its life at its vendor. Says nothing about channels elsewhere.</summary>
public sealed record LifecycleSpec
{
    /// <summary><c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public required string State { get; init; }

    /// <summary>Day of the shutdown as <c>yyyy-MM-dd</c>, or null.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary>Public name that callers should use instead, or null.</summary>
    public string? Successor { get; init; }

    /// <summary>Where this is known from, with the date read.</summary>
    public required string Source { get; init; }
}
