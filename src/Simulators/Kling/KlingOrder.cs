namespace Reelay.Simulators.Kling;

/// <summary>A create call that was understood.</summary>
internal sealed record KlingOrder
{
    /// <summary>Upstream model; of an extension the source's.</summary>
    public required KlingModel Model { get; init; }

    /// <summary><c>std</c>, <c>pro</c> or <c>4k</c>; of an extension the source's.</summary>
    public required string Mode { get; init; }

    /// <summary>The prompt, or empty.</summary>
    public required string Prompt { get; init; }

    /// <summary>Length of the whole result.</summary>
    public required double Seconds { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int WidthPixels { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int HeightPixels { get; init; }

    /// <summary>Whether the result has sound.</summary>
    public required bool HasSound { get; init; }

    /// <summary>What it costs.</summary>
    public required decimal Units { get; init; }

    /// <summary>Whether a picture is of a size or ratio that the work itself stumbles over.</summary>
    public bool HasBadPicture { get; init; }

    /// <summary>Job that is extended, or null.</summary>
    public SimulatedJob? Parent { get; init; }
}

/// <summary>An order, or why there is none.</summary>
internal sealed record KlingReading(KlingOrder? Order, KlingRefusal? Refusal)
{
    public static implicit operator KlingReading(KlingOrder order) => new(order, null);

    public static implicit operator KlingReading(KlingRefusal refusal) => new(null, refusal);
}
