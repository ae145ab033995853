using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Engine;

/// <summary>How nodes share the tasks: <c>Reelay:Cluster</c> in the configuration. All nodes of a cluster need the same lease time.</summary>
internal sealed class ClusterOptions : IValidatableObject
{
    /// <summary>How long a node may be silent before others take its shards, in seconds. Default 4. With SQLite it means nothing.</summary>
    [Range(1.5, 60)]
    public double LeaseSeconds { get; set; } = 4;

    /// <summary>Time in seconds between two renewals. Default 1; at most a third of the lease, so that one that is lost loses nothing.</summary>
    [Range(0.1, 20)]
    public double RenewSeconds { get; set; } = 1;

    /// <summary>The lease time.</summary>
    public TimeSpan LeaseTime => TimeSpan.FromSeconds(LeaseSeconds);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RenewSeconds * 3 > LeaseSeconds)
            yield return new ValidationResult($"RenewSeconds must be at most a third of LeaseSeconds ({LeaseSeconds}), not {RenewSeconds}.", [nameof(RenewSeconds)]);
    }
}

/// <summary>How many nodes share the work, as this one last heard. Whatever bounds a rate divides by it, so the whole is approximate for a moment.</summary>
internal sealed class ClusterSize
{
    private volatile int _liveNodes = 1;

    /// <summary>Nodes that take orders, at least 1.</summary>
    public int LiveNodes
    {
        get => _liveNodes;
        set => _liveNodes = Math.Max(1, value);
    }
}
