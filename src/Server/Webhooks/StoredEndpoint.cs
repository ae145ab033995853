namespace Reelay.Server.Webhooks;

/// <summary>Where an account wants to be told, and of what: a row of <c>webhook_endpoints</c>.</summary>
internal sealed record StoredEndpoint
{
    /// <summary>What every endpoint's id begins with.</summary>
    public const string Prefix = "whe_";

    /// <summary>Id, <c>whe_</c> and 26 characters that sort by time.</summary>
    public required string Id { get; init; }

    /// <summary>Account whose tasks it hears of.</summary>
    public required string AccountId { get; init; }

    /// <summary>The caller's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is told.</summary>
    public required string Url { get; init; }

    /// <summary>Types of events, at least one.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>When it was made, Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it was changed last, or null. Unix milliseconds.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>Since when it is told nothing, because its receiver answered 410; or null. Unix milliseconds.</summary>
    public long? DisabledAt { get; init; }
}

/// <summary>Endpoints.</summary>
internal interface IWebhookEndpointStore
{
    /// <summary>Stores a new one.</summary>
    /// <returns>False if the account has as many as it may already.</returns>
    bool Insert(StoredEndpoint endpoint, int maxCount);

    /// <summary>An account's endpoint, or null.</summary>
    StoredEndpoint? Find(string accountId, string id);

    /// <summary>A page of an account's endpoints.</summary>
    IReadOnlyList<StoredEndpoint> List(string accountId, WebhookPage page);

    /// <summary>Replaces name, address and types, and lets it be told again. What waits for it goes to the new address.</summary>
    /// <returns>False if there is none any more.</returns>
    bool Update(StoredEndpoint endpoint);

    /// <summary>Removes it; what waits for it is withdrawn.</summary>
    /// <returns>False if there is none.</returns>
    bool Delete(string accountId, string id, long at);
}

/// <summary>Which rows of a list are asked for.</summary>
/// <param name="Limit">Most rows.</param>
/// <param name="IsDescending">Newest first.</param>
/// <param name="AfterId">Begin behind this id, there or not; or null.</param>
internal sealed record WebhookPage(int Limit, bool IsDescending, string? AfterId);
