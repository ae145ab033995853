namespace Reelay.Server.Webhooks;

/// <summary>Reads of deliveries, and their upkeep. What changes a single one is a <see cref="DeliveryWrite"/>.</summary>
internal interface IDeliveryStore
{
    /// <summary>At a node's start: frees what nodes that are surely gone had claimed.</summary>
    void TakeOver(string nodeId, long now);

    /// <summary>Destinations with anything open, and when the first of it is due; at most 10,000, from behind one in their order.</summary>
    IReadOnlyList<OpenDestination> ListOpen(string after);

    /// <summary>What is due for a destination, longest due first.</summary>
    IReadOnlyList<DueDelivery> ListDue(string destination, long now, int limit);

    /// <summary>A page of the log, with the tries of each.</summary>
    IReadOnlyList<LoggedDelivery> List(DeliveryQuery query);

    /// <summary>One of the log, or null.</summary>
    /// <param name="id">The delivery.</param>
    /// <param name="accountId">It must be this account's, or null for operators.</param>
    LoggedDelivery? Find(string id, string? accountId);

    /// <summary>Ends deliveries that were not tried for so long that they no longer are, because their destination answered nothing.</summary>
    /// <returns>How many.</returns>
    int GiveUp(long now, int limit);

    /// <summary>Removes deliveries that ended before a moment.</summary>
    /// <returns>How many.</returns>
    int Forget(long endedBefore, int limit);
}

/// <summary>A destination with open deliveries.</summary>
/// <param name="Destination">Account and origin.</param>
/// <param name="NextAt">When the first is due, Unix milliseconds.</param>
internal readonly record struct OpenDestination(string Destination, long NextAt);

/// <summary>What of the log is asked for.</summary>
/// <param name="Page">Which rows.</param>
internal sealed record DeliveryQuery(WebhookPage Page)
{
    /// <summary>Of one account, or null.</summary>
    public string? AccountId { get; init; }

    /// <summary>Of one task, or null.</summary>
    public string? TaskId { get; init; }

    /// <summary>To one endpoint, or null.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Of one type, or null.</summary>
    public string? EventType { get; init; }

    /// <summary>With one outcome, <c>pending</c> for none yet, or null.</summary>
    public string? Outcome { get; init; }
}
