using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Engine;

/// <summary>How often a task is tried again: <c>Reelay:Failover</c> in the configuration.</summary>
internal sealed class FailoverOptions
{
    /// <summary>Attempts that were surely not accepted, after which a task fails as <c>upstream_unavailable</c>. Default 8.</summary>
    [Range(1, 1000)]
    public int MaxRefusals { get; set; } = 8;

    /// <summary>
    /// Further attempts, on other channels, after an upstream had accepted an order and failed it by itself, without charging. Default 1;
    /// 0 for none.
    /// </summary>
    [Range(0, 100)]
    public int MaxExtraAttempts { get; set; } = 1;

    /// <summary>
    /// What all accepted attempts of one task together may cost the operator if each were charged, as a multiple of the task's price at cost
    /// factor 1. Default 2.
    /// </summary>
    [Range(0, 1000)]
    public double MaxCost { get; set; } = 2;
}
