namespace Reelay.Simulators;

/// <summary>One create call that reached an upstream, accepted or not. Two calls are two rows, whatever they say.</summary>
public sealed record SubmissionRow
{
    /// <summary>Id of the simulator.</summary>
    public required string Provider { get; init; }

    /// <summary>When the call arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The model it named, or null.</summary>
    public string? Model { get; init; }

    /// <summary>Its prompt, or null.</summary>
    public string? Prompt { get; init; }

    /// <summary>The account it came with; null if it was none that the simulator knows.</summary>
    public string? Credential { get; init; }

    /// <summary>The caller's own mark in the place the upstream's protocol has for it, or null.</summary>
    public string? ClientReference { get; init; }

    /// <summary>Id of the job, or null if it was not accepted.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>Whether the upstream took it on, and charges for it.</summary>
    public bool Accepted => UpstreamId is not null;
}

/// <summary>A submission and what has become of it.</summary>
/// <param name="Row">The call.</param>
/// <param name="State"><c>refused</c>, or the job's state in lower case.</param>
public sealed record SubmissionReport(SubmissionRow Row, string State);
