using System.Text.Json.Serialization;

namespace Reelay.Contracts;

/// <summary>Where an account is told of the ends of its tasks: the object of <c>/v1/webhook_endpoints</c>. Keys that are null are left out.</summary>
public sealed record WebhookEndpoint
{
    /// <summary><c>whe_</c> and 26 characters; sorts by time.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>webhook_endpoint</c>.</summary>
    public string Object { get; init; } = "webhook_endpoint";

    /// <summary>The caller's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is told.</summary>
    public required string Url { get; init; }

    /// <summary>Types of events it is told of.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Unix seconds; null before the first change.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>Since when it is told nothing, because it answered 410, Unix seconds; null as a rule.</summary>
    public long? DisabledAt { get; init; }

    /// <summary>The last four characters of its secret.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? SigningSecretHint { get; init; }

    /// <summary>Its secret; only in the answers that make one.</summary>
    public string? SigningSecret { get; init; }
}

/// <summary>Answer to the delete of an endpoint.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Deleted">Always true.</param>
/// <param name="Object">Always <c>webhook_endpoint.deleted</c>.</param>
public sealed record DeletedWebhookEndpoint(string Id, bool Deleted = true, string Object = "webhook_endpoint.deleted");

/// <summary>Answer to the test of an endpoint that took the event.</summary>
/// <param name="WebhookEndpointId">The endpoint.</param>
/// <param name="EventType">What was sent.</param>
/// <param name="StatusCode">What it answered, 200 to 299.</param>
/// <param name="Success">Always true.</param>
/// <param name="Object">Always <c>webhook_endpoint.test</c>.</param>
public sealed record WebhookEndpointTest(
    string WebhookEndpointId, string EventType, int StatusCode, bool Success = true, string Object = "webhook_endpoint.test");

/// <summary>The types of events there are.</summary>
/// <param name="Data">Their names.</param>
/// <param name="Object">Always <c>list</c>.</param>
public sealed record WebhookEventTypes(IReadOnlyList<string> Data, string Object = "list");

/// <summary>What deliveries to the <c>callback_url</c> of an account's orders are signed with.</summary>
public sealed record WebhookSecret
{
    /// <summary>Always <c>webhook_secret</c>.</summary>
    public string Object { get; init; } = "webhook_secret";

    /// <summary>The last four characters; null before the first delivery or rotation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? SigningSecretHint { get; init; }

    /// <summary>When it was made, Unix seconds; null before the first.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>Until when the secret before it signs too, Unix seconds; null if there is none.</summary>
    public long? PreviousExpiresAt { get; init; }

    /// <summary>The secret; only in the answer that makes it.</summary>
    public string? SigningSecret { get; init; }
}

/// <summary>What is posted to a receiver: OpenAI's envelope.</summary>
/// <param name="Id"><c>evt_</c> and 26 characters; the same for all receivers of one event.</param>
/// <param name="CreatedAt">When the task ended, Unix seconds.</param>
/// <param name="Type"><c>video.completed</c> or <c>video.failed</c>.</param>
/// <param name="Data">What it is about.</param>
/// <param name="Object">Always <c>event</c>.</param>
public sealed record WebhookEvent(string Id, long CreatedAt, string Type, WebhookEventData Data, string Object = "event");

/// <summary>What an event is about.</summary>
/// <param name="Id">The task, to be read with <c>GET /v1/videos/{id}</c>.</param>
public sealed record WebhookEventData(string Id);

/// <summary>A delivery in the log: one event to one receiver. Keys that are null are left out.</summary>
public sealed record WebhookDelivery
{
    /// <summary><c>wh_</c> and 26 characters; sorts by time. The receiver sees it as <c>webhook-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>webhook_delivery</c>.</summary>
    public string Object { get; init; } = "webhook_delivery";

    /// <summary>Whose it is; for operators only.</summary>
    public string? AccountId { get; init; }

    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary><c>video.completed</c> or <c>video.failed</c>.</summary>
    public required string EventType { get; init; }

    /// <summary>The endpoint; null for an order's own <c>callback_url</c>.</summary>
    public string? WebhookEndpointId { get; init; }

    /// <summary>Where it goes; operators see it without path and query.</summary>
    public required string Url { get; init; }

    /// <summary><c>event</c> or <c>task</c>.</summary>
    public required string Format { get; init; }

    /// <summary><c>pending</c>, <c>delivered</c>, <c>failed</c> (tried as long as deliveries are), <c>gone</c> (the receiver answered 410) or <c>withdrawn</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>When the event happened, Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it is tried next at the earliest, Unix seconds; null once it is over.</summary>
    public long? NextAttemptAt { get; init; }

    /// <summary>When it was over, Unix seconds.</summary>
    public long? EndedAt { get; init; }

    /// <summary>Tries so far.</summary>
    public required int AttemptCount { get; init; }

    /// <summary>The last hundred of them, oldest first.</summary>
    public required IReadOnlyList<WebhookAttempt> Attempts { get; init; }
}

/// <summary>One try of a delivery.</summary>
/// <param name="Number">From 1.</param>
/// <param name="StartedAt">Unix seconds.</param>
/// <param name="DurationMs">Milliseconds.</param>
/// <param name="StatusCode">What the receiver answered; null if it did not.</param>
/// <param name="Error">Null for a success, else <c>status</c>, <c>redirect</c>, <c>timed_out</c>, <c>blocked_address</c>, <c>name_not_found</c>, <c>bad_url</c> or <c>transport</c>.</param>
public sealed record WebhookAttempt(int Number, long StartedAt, long DurationMs, int? StatusCode, string? Error);
