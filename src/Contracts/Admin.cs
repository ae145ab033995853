using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>A task as operators see it. Times are Unix milliseconds.</summary>
public sealed record AdminTask
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>task</c>.</summary>
    public string Object { get; init; } = "task";

    /// <summary>Phase inside the gateway.</summary>
    public required string Phase { get; init; }

    /// <summary>Account that ordered.</summary>
    public required string AccountId { get; init; }

    /// <summary>Key it was ordered with.</summary>
    public required string KeyId { get; init; }

    /// <summary>Public model.</summary>
    public required string Model { get; init; }

    /// <summary>0 to 100.</summary>
    public required int Progress { get; init; }

    /// <summary>Grows with every write.</summary>
    public required long Version { get; init; }

    /// <summary>Part of the tasks it belongs to.</summary>
    public required int Shard { get; init; }

    /// <summary>Reserved at creation, micro-dollars.</summary>
    public required long PriceMicros { get; init; }

    /// <summary>The price it was accepted under: unit, micro-dollars, factor, version; in the single view only.</summary>
    public JsonNode? Price { get; init; }

    /// <summary>What its attempts cost the operator so far, micro-dollars; in the single view only.</summary>
    public long? CostMicros { get; init; }

    /// <summary>Taken at the end, micro-dollars.</summary>
    public long? SettledMicros { get; init; }

    /// <summary>What the settlement rests on.</summary>
    public string? SettlementBasis { get; init; }

    /// <summary>Cleaned error, as the caller sees it.</summary>
    public VideoError? Error { get; init; }

    /// <summary>Accepted.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Became terminal.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>Cancel asked.</summary>
    public long? CancelRequestedAt { get; init; }

    /// <summary>Deleted.</summary>
    public long? DeletedAt { get; init; }

    /// <summary>The order as it was understood; in the single view only.</summary>
    public JsonNode? Order { get; init; }

    /// <summary>Its submissions; in the single view only.</summary>
    public IReadOnlyList<AdminAttempt>? Attempts { get; init; }

    /// <summary>Its stored files; in the single view only.</summary>
    public IReadOnlyList<AdminAsset>? Assets { get; init; }

    /// <summary>What happened when; in the single view only.</summary>
    public IReadOnlyList<TimelineEntry>? Timeline { get; init; }

    /// <summary>What operators did to it, oldest first; in the single view only.</summary>
    public IReadOnlyList<AdminAction>? Actions { get; init; }

    /// <summary>The task that an operator made of it after it had failed.</summary>
    public string? ResubmittedAs { get; init; }
}

/// <summary>What an operator did to a task, or was refused. Times are Unix milliseconds.</summary>
public sealed record AdminAction
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary><c>adopt</c>, <c>mark_lost</c> or <c>resubmit</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The key it was asked with.</summary>
    public required string KeyId { get; init; }

    /// <summary>The attempt it was about.</summary>
    public required int Attempt { get; init; }

    /// <summary>Asked for.</summary>
    public required long AskedAt { get; init; }

    /// <summary>Carried out or refused.</summary>
    public required long DoneAt { get; init; }

    /// <summary>Why it was refused, or null.</summary>
    public VideoError? Refusal { get; init; }

    /// <summary>Task and attempt before.</summary>
    public required JsonNode? Before { get; init; }

    /// <summary>Task and attempt after.</summary>
    public required JsonNode? After { get; init; }
}

/// <summary>One submission. Times are Unix milliseconds.</summary>
public sealed record AdminAttempt
{
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>Channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The upstream's name of the model.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The upstream's id of the order.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>Our mark on it.</summary>
    public required string Token { get; init; }

    /// <summary>Recorded, before anything was sent.</summary>
    public required long StartedAt { get; init; }

    /// <summary>The call was over by then.</summary>
    public required long SendBy { get; init; }

    /// <summary>The upstream's acceptance was recorded.</summary>
    public long? SubmittedAt { get; init; }

    /// <summary>Ended; its slot is free.</summary>
    public long? EndedAt { get; init; }

    /// <summary>How it ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>Kind of the upstream error.</summary>
    public string? ErrorKind { get; init; }

    /// <summary>The upstream's or the transport's words.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The upstream's body as it came.</summary>
    public string? ErrorRaw { get; init; }

    /// <summary>What the upstream may charge although the caller paid nothing, micro-dollars.</summary>
    public long? PossibleCostMicros { get; init; }

    /// <summary>What it costs the operator, micro-dollars; absent while it is open, and where nobody knows.</summary>
    public long? CostMicros { get; init; }

    /// <summary>What the cost rests on: <c>reported</c>, <c>reckoned</c> or <c>none</c>.</summary>
    public string? CostBasis { get; init; }
}

/// <summary>A stored file.</summary>
public sealed record AdminAsset(int Index, string Key, string ContentType, long SizeBytes, string Sha256);

/// <summary>Something that happened to a task.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Event">What.</param>
/// <param name="Attempt">Which attempt, if one.</param>
public sealed record TimelineEntry(long At, string Event, int? Attempt = null);

/// <summary>Answer of <c>/readyz</c>.</summary>
public sealed record Readiness(string Status, string? Reason = null);
