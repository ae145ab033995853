namespace Reelay.Server.Webhooks;

/// <summary>A delivery that is to be tried.</summary>
/// <remarks>Times are Unix milliseconds.</remarks>
internal sealed record DueDelivery
{
    /// <summary>Id, which the receiver sees as <c>webhook-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whose task it tells of.</summary>
    public required string AccountId { get; init; }

    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>The endpoint; empty for the order's own <c>callback_url</c>.</summary>
    public required string EndpointId { get; init; }

    /// <summary>Whether the body is the task itself instead of an event.</summary>
    public required bool IsTask { get; init; }

    /// <summary>Where it goes.</summary>
    public required string Url { get; init; }

    /// <summary>Account and origin.</summary>
    public required string Destination { get; init; }

    /// <summary>Tries so far.</summary>
    public required int AttemptCount { get; init; }

    /// <summary>Tries before the present series.</summary>
    public required int SeriesFrom { get; init; }

    /// <summary>When it is due.</summary>
    public required long NextAt { get; init; }

    /// <summary>When it is tried no more.</summary>
    public required long GiveUpAt { get; init; }

    /// <summary>Whether it is for an endpoint that is gone.</summary>
    public required bool IsEndpointGone { get; init; }

    /// <summary>Whether it is for an endpoint that is told nothing.</summary>
    public required bool IsEndpointDisabled { get; init; }

    /// <summary>Whose secret signs it.</summary>
    public string SecretOwner => EndpointId.Length > 0 ? EndpointId : AccountId;
}

/// <summary>One try of a delivery.</summary>
/// <param name="Number">From 1.</param>
/// <param name="StartedAt">Unix milliseconds.</param>
/// <param name="DurationMilliseconds">How long it took.</param>
/// <param name="StatusCode">What the receiver answered, or null if it did not.</param>
/// <param name="Error">Why it is no success: a word of <see cref="WebhookSender"/>, or null.</param>
internal sealed record DeliveryAttempt(int Number, long StartedAt, long DurationMilliseconds, int? StatusCode, string? Error);

/// <summary>A delivery as the log shows it.</summary>
internal sealed record LoggedDelivery
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string TaskId { get; init; }

    public required string EndpointId { get; init; }

    public required string EventType { get; init; }

    public required string Format { get; init; }

    public required string Url { get; init; }

    public required int AttemptCount { get; init; }

    public required long NextAt { get; init; }

    public required long CreatedAt { get; init; }

    public long? EndedAt { get; init; }

    public string? Outcome { get; init; }

    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];
}

/// <summary>How a delivery ended. Their words are the names in lower case.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>It was tried as long as deliveries are.</summary>
    Failed,

    /// <summary>The receiver answered 410.</summary>
    Gone,

    /// <summary>Task or endpoint were deleted meanwhile.</summary>
    Withdrawn,
}

/// <summary>A write of a delivery, made in the batches of the group committer. Each can be repeated without harm. Closed set.</summary>
public abstract record DeliveryWrite
{
    private DeliveryWrite()
    {
    }

    /// <summary>The delivery.</summary>
    public abstract string DeliveryId { get; }

    /// <summary>Takes a due delivery for a node until a moment. Refused (VersionChanged) if somebody else was quicker.</summary>
    internal sealed record Claim(DueDelivery Row, string NodeId, long Until) : DeliveryWrite
    {
        public override string DeliveryId => Row.Id;
    }

    /// <summary>Notes what became of a claimed one. Refused (VersionChanged) if the claim is over.</summary>
    internal sealed record Close(DueDelivery Row, string NodeId, long At) : DeliveryWrite
    {
        public override string DeliveryId => Row.Id;

        /// <summary>The try, or null if there was none.</summary>
        public DeliveryAttempt? Attempt { get; init; }

        /// <summary>Its end, or null if it is to be tried again.</summary>
        public DeliveryOutcome? Outcome { get; init; }

        /// <summary>When it is tried again.</summary>
        public long NextAt { get; init; }

        /// <summary>Whether its endpoint is to be told nothing any more.</summary>
        public bool DisablesEndpoint { get; init; }
    }

    /// <summary>Begins a new series of tries, under the same id. One that is on its way is left alone. NotFound if there is none.</summary>
    internal sealed record Redeliver(string Id, string? AccountId, long At, long GiveUpAt) : DeliveryWrite
    {
        public override string DeliveryId => Id;
    }
}
