using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>One generation an upstream has accepted. Its state is computed from the time, not stored.</summary>
public sealed record SimulatedJob
{
    /// <summary>Id of the simulator.</summary>
    public required string Provider { get; init; }

    /// <summary>The upstream's id of the job.</summary>
    public required string Id { get; init; }

    /// <summary>The account that owns it; null where the upstream asks for no credential.</summary>
    public string? Credential { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The upstream's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The prompt, faults and all.</summary>
    public required string Prompt { get; init; }

    /// <summary>How long it takes at factor 1.</summary>
    public required double WorkSeconds { get; init; }

    /// <summary>What shall go wrong with it.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>What it will deliver.</summary>
    public required ClipOrder Clip { get; init; }

    /// <summary>What else its simulator wants to remember, or null.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>When a caller cancelled it, or null.</summary>
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>When a caller deleted it, or null.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Whether a fault word was given with the order.</summary>
    public bool Has(string name, string argument = "") => Faults.Any(fault => fault.Is(name, argument));
}

/// <summary>State of a job at one moment.</summary>
/// <param name="State">The state.</param>
/// <param name="Progress">0 to 100; 100 only when completed.</param>
/// <param name="EndedAt">When it ended, or null.</param>
public sealed record JobReading(JobState State, int Progress, DateTimeOffset? EndedAt)
{
    /// <summary>Whether it will not change any more.</summary>
    public bool IsTerminal => State is not (JobState.Queued or JobState.Running);
}

/// <summary>States of a job, in no upstream's words.</summary>
public enum JobState
{
    /// <summary>Waits at the upstream.</summary>
    Queued,

    /// <summary>The upstream works on it.</summary>
    Running,

    /// <summary>The result is there.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>A caller stopped it.</summary>
    Cancelled,

    /// <summary>A caller deleted it.</summary>
    Deleted,
}
