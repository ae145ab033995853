namespace Reelay.Contracts;

/// <summary>One model that a key can order.</summary>
public sealed record Model
{
    /// <summary>Public name.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>model</c>.</summary>
    public string Object { get; init; } = "model";

    /// <summary>Unix seconds; the day this server was built.</summary>
    public required long Created { get; init; }

    /// <summary>Always <c>reelay</c>: which vendor serves it is the operator's business.</summary>
    public string OwnedBy { get; init; } = "reelay";

    /// <summary>One sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>Day of the vendor's shutdown, <c>yyyy-MM-dd</c>.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary><c>active</c>, <c>deprecated</c> or <c>retired</c>, at its vendor.</summary>
    public required string Lifecycle { get; init; }

    /// <summary>Public model to use instead.</summary>
    public string? Successor { get; init; }

    /// <summary>What can be ordered.</summary>
    public required ModelCapabilities Capabilities { get; init; }

    /// <summary>Prices by tier.</summary>
    public required IReadOnlyList<ModelPrice> Prices { get; init; }
}

/// <summary>What can be ordered of a model.</summary>
public sealed record ModelCapabilities
{
    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>Lengths in seconds.</summary>
    public required IReadOnlyList<int> Seconds { get; init; }

    /// <summary>Sizes; <c>any</c> alone where the model makes every size within its bounds.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Seconds when none are asked.</summary>
    public required int DefaultSeconds { get; init; }

    /// <summary>Size when none is asked.</summary>
    public required string DefaultSize { get; init; }

    /// <summary><c>always</c>, <c>never</c>, <c>choice</c> or <c>unknown</c>.</summary>
    public required string Audio { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public required int MaxPromptLength { get; init; }
}

/// <summary>Price of one second of a tier.</summary>
/// <param name="Tier">The tier, or <c>any</c>.</param>
/// <param name="MicrosPerSecond">Micro-dollars.</param>
public sealed record ModelPrice(string Tier, long MicrosPerSecond);
