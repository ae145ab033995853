namespace Reelay.Server.Tasks;

/// <summary>One submission of a task to one channel: a row of <c>attempts</c>. While it has no end it holds a slot of its channel.</summary>
/// <remarks>All times are Unix milliseconds; <see cref="StartedAt"/> and <see cref="SendBy"/> are the store's.</remarks>
public sealed record TaskAttempt
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>The channel it goes to.</summary>
    public required string ChannelId { get; init; }

    /// <summary>The vendor account behind the channel; upstream ids are unique within it.</summary>
    public required string ChannelAccount { get; init; }

    /// <summary>Version of the credential it was sent with.</summary>
    public int CredentialVersion { get; init; } = 1;

    /// <summary>The upstream's name of the model.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>Our mark, sent wherever the protocol has a place for it.</summary>
    public required string Token { get; init; }

    /// <summary>Hash of everything that makes two submissions look alike upstream.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it was recorded, before the first byte left. Set by the store.</summary>
    public long StartedAt { get; init; }

    /// <summary>The call is over at this moment at the latest. Set by the store.</summary>
    public long SendBy { get; init; }

    /// <summary>When the upstream's acceptance was recorded, or null.</summary>
    public long? SubmittedAt { get; init; }

    /// <summary>The upstream's own id, or null until known.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>What to poll with, as JSON, or null until known.</summary>
    public string? ReferenceJson { get; init; }

    /// <summary>What the upstream calls the result, as JSON, for orders that go on from it; null where it has no such name.</summary>
    public string? OutputReferenceJson { get; init; }

    /// <summary>When it is given up at the latest.</summary>
    public required long DeadlineAt { get; init; }

    /// <summary>When it ended and its slot became free, or null.</summary>
    public long? EndedAt { get; init; }

    /// <summary>How it ended, or null.</summary>
    public AttemptOutcome? Outcome { get; init; }

    /// <summary>Kind of the last upstream error, or null.</summary>
    public string? ErrorKind { get; init; }

    /// <summary>The upstream's or the transport's words, for operators.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The upstream's body as it came, bounded, for operators.</summary>
    public string? ErrorRaw { get; init; }

    /// <summary>What the upstream may charge the operator although the caller paid nothing, in micro-dollars.</summary>
    public long PossibleCostMicros { get; init; }

    /// <summary>What it costs the operator, in micro-dollars, reported or reckoned when it ended; more than the caller's reservation at times. Null while open.</summary>
    public long? CostMicros { get; init; }

    /// <summary>What the cost rests on: <c>reported</c> by the upstream, <c>reckoned</c> from the price list and the channel's factor, or <c>none</c>.</summary>
    public string? CostBasis { get; init; }
}

/// <summary>How an attempt ended.</summary>
public enum AttemptOutcome
{
    /// <summary>It delivered.</summary>
    Completed,

    /// <summary>The upstream refused or failed it.</summary>
    Failed,

    /// <summary>Surely not accepted: the task may go elsewhere.</summary>
    NotAccepted,

    /// <summary>Nobody knows whether the upstream accepted it.</summary>
    Unknown,

    /// <summary>The upstream stopped it on our request.</summary>
    Cancelled,

    /// <summary>Given up at its deadline.</summary>
    Abandoned,
}

/// <summary>A stored output of a task: a row of <c>assets</c>.</summary>
public sealed record TaskAsset
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>0 for the first output.</summary>
    public required int Position { get; init; }

    /// <summary>Key in the asset store.</summary>
    public required string Key { get; init; }

    /// <summary>Media type found in the bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Measured width in pixels, or null.</summary>
    public int? WidthPixels { get; init; }

    /// <summary>Measured height in pixels, or null.</summary>
    public int? HeightPixels { get; init; }

    /// <summary>Measured length in milliseconds, or null.</summary>
    public long? DurationMilliseconds { get; init; }

    /// <summary>Measured frames a second, or null.</summary>
    public double? Fps { get; init; }

    /// <summary>Whether there is a sound track, or null if not measured.</summary>
    public bool? HasAudio { get; init; }

    /// <summary>When it was stored, Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }
}
