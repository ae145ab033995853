namespace Reelay.Simulators.Hailuo;

/// <summary>An order that is in order, of either protocol.</summary>
internal sealed record HailuoOrder
{
    public required string Model { get; init; }

    public required string Prompt { get; init; }

    public required int WidthPixels { get; init; }

    public required int HeightPixels { get; init; }

    public required int Seconds { get; init; }

    /// <summary>The resolution's word.</summary>
    public required string Resolution { get; init; }

    /// <summary>The ratio's word; the second protocol shows it.</summary>
    public string Ratio { get; init; } = "16:9";

    public bool IsSecond { get; init; }

    /// <summary>Pictures sent along; the second protocol counts them.</summary>
    public int ImageCount { get; init; }

    public string? CallbackUrl { get; init; }
}
