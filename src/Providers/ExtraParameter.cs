namespace Reelay.Providers;

/// <summary>A parameter that one upstream has and others have not: its public name, what it takes, and what it changes.</summary>
public sealed record ExtraParameter
{
    /// <summary>The public name callers use, for example <c>cfg_scale</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>text</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>object</c> or <c>list</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Whether it changes content or price, so that a model without it refuses it; otherwise it is a hint.</summary>
    public bool IsContent { get; init; }

    /// <summary>Words allowed for a text; empty for any.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Least number, or fewest items of a list.</summary>
    public decimal? Min { get; init; }

    /// <summary>Largest number, or most items of a list.</summary>
    public decimal? Max { get; init; }

    /// <summary>Most Unicode code points of a text.</summary>
    public int? MaxLength { get; init; }
}
