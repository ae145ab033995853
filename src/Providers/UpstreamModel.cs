namespace Reelay.Providers;

/// <summary>Facts about one model of an upstream; a row of the provider's <c>…Models.json</c>.</summary>
public sealed record UpstreamModel
{
    /// <summary>The upstream's own name.</summary>
    public required string Name { get; init; }

    /// <summary>Task modes it can do.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Lengths in seconds it accepts; empty where it takes none.</summary>
    public IReadOnlyList<int> Seconds { get; init; } = [];

    /// <summary>Sizes <c>WxH</c> it accepts; empty where it takes none.</summary>
    public IReadOnlyList<string> Sizes { get; init; } = [];

    /// <summary>Whether its videos have sound: <c>always</c>, <c>never</c> or <c>choice</c>.</summary>
    public string Audio { get; init; } = "never";

    /// <summary>Longest prompt in Unicode code points.</summary>
    public int MaxPromptLength { get; init; } = 32_000;

    /// <summary>Names of extra parameters it takes.</summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary><c>active</c>, <c>deprecated</c> or <c>retired</c>, at the vendor's own host.</summary>
    public string Lifecycle { get; init; } = "active";

    /// <summary>Day on which the vendor shuts it down, as <c>yyyy-MM-dd</c>, or null.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary>Where these facts come from, with the date read.</summary>
    public required string Source { get; init; }
}
