using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>A channel as operators see it: everything but its secrets. The settings have the names under which they are written.</summary>
public sealed record Channel
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>channel</c>.</summary>
    public string Object { get; init; } = "channel";

    /// <summary>The highest source that names it: <c>sandbox</c>, <c>environment</c>, <c>configuration</c>, <c>file</c> or <c>admin</c>; <c>removed</c> if none does.</summary>
    public required string Source { get; init; }

    /// <summary><c>active</c>; <c>disabled</c>: it takes no orders; <c>draining</c>: nor does it, and it finishes what it has.</summary>
    public required string State { get; init; }

    /// <summary>What it authenticates with; absent where the upstream asks for nothing.</summary>
    public ChannelCredential? Credential { get; init; }

    /// <summary>Attempts that are open, those of earlier credentials included.</summary>
    public required int OpenAttempts { get; init; }

    /// <summary>Id of its provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Root of the upstream's API.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Models it serves; empty for all that its provider knows.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Groups of callers it is open to.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Whether orders go to it.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Higher is chosen first.</summary>
    public required int Priority { get; init; }

    /// <summary>Share among channels of one priority.</summary>
    public required int Weight { get; init; }

    /// <summary>What the operator pays here, as a factor of the catalog's price.</summary>
    public required double CostFactor { get; init; }

    /// <summary>Attempts that may be open at once.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>The same for single upstream models.</summary>
    public required IReadOnlyDictionary<string, int> MaxInFlightPerModel { get; init; }

    /// <summary>Submissions a second at most; 0 for no bound.</summary>
    public required double SubmissionsPerSecond { get; init; }

    /// <summary>Submissions in any 60 seconds at most; 0 for no bound.</summary>
    public required int SubmissionsPerMinute { get; init; }

    /// <summary>Longest submission call.</summary>
    public required int CallSeconds { get; init; }

    /// <summary>Usual time from submission to result; 0 takes the catalog's.</summary>
    public required double ExpectedSeconds { get; init; }

    /// <summary>Least time between two polls of one task.</summary>
    public required int MinPollMilliseconds { get; init; }

    /// <summary>Whether the upstream is asked to call back.</summary>
    public required bool Callbacks { get; init; }

    /// <summary>Its proxy, without user and password.</summary>
    public string? Proxy { get; init; }

    /// <summary>Names of the headers added to its calls, with the last characters of each value.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The provider's own options, secrets shortened to their last characters.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>Unix seconds; for what the admin API wrote.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>Unix seconds; for what the admin API wrote.</summary>
    public long? UpdatedAt { get; init; }
}

/// <summary>What a channel authenticates with.</summary>
/// <param name="Kind"><c>api_key</c> or <c>key_pair</c>.</param>
/// <param name="Hint">The last four characters; fewer than 12 are not shown at all.</param>
/// <param name="Version">Grows when provider, address or credential change.</param>
public sealed record ChannelCredential(string Kind, string Hint, int? Version);

/// <summary>Answer to the removal of a channel.</summary>
public sealed record DeletedChannel(string Id, bool Deleted = true, string Object = "channel.deleted");

/// <summary>What came of trying a channel's account out.</summary>
/// <param name="Id">The channel.</param>
/// <param name="Ok">Whether the upstream answered as it should.</param>
/// <param name="LatencyMs">How long it took, milliseconds.</param>
/// <param name="Detail">What was asked and answered, or what went wrong.</param>
/// <param name="Kind">Kind of the failure.</param>
/// <param name="Status">HTTP status of the failure, if there was an answer.</param>
public sealed record ChannelTest(string Id, bool Ok, long LatencyMs, string Detail, string? Kind = null, int? Status = null, string Object = "channel.test");
