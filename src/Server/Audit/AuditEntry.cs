namespace Reelay.Server.Audit;

/// <summary>What an operator asked for, written before it is done. Times are Unix milliseconds.</summary>
/// <param name="At">When it was asked for.</param>
/// <param name="KeyId">The key it was asked with.</param>
/// <param name="Address">Where the request came from, after trusted proxies.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Route">The route as it is written in the documentation, for example <c>/admin/v1/keys/{id}</c>.</param>
/// <param name="Target">Values of the route's places, or null if it has none.</param>
/// <param name="FieldsJson">What the body named; see <see cref="AuditBody"/>.</param>
internal sealed record AuditEntry(long At, string KeyId, string Address, string Method, string Route, string? Target, string FieldsJson);

/// <summary>What came of it.</summary>
/// <param name="At">When the answer was known.</param>
/// <param name="Status">HTTP status of the answer.</param>
/// <param name="ErrorCode">Code of the refusal, or null.</param>
/// <param name="Made">Id of what the answer is about, or null.</param>
internal sealed record AuditOutcome(long At, int Status, string? ErrorCode, string? Made);

/// <summary>An entry with its outcome; null while it is open, or if the process died meanwhile.</summary>
internal sealed record AuditRow(long Id, AuditEntry Entry, AuditOutcome? Outcome);

/// <summary>Which entries to list. Every filter compares whole values.</summary>
internal sealed record AuditQuery
{
    /// <summary>Only those of this key.</summary>
    public string? KeyId { get; init; }

    /// <summary>Only those of this route.</summary>
    public string? Route { get; init; }

    /// <summary>Only those that name or made this.</summary>
    public string? Target { get; init; }

    /// <summary>Only those since this moment, Unix milliseconds.</summary>
    public long? Since { get; init; }

    /// <summary>Only those before this moment, Unix milliseconds.</summary>
    public long? Until { get; init; }

    /// <summary>Begin after this entry.</summary>
    public long? AfterId { get; init; }

    /// <summary>Newest first, else oldest first.</summary>
    public bool IsDescending { get; init; } = true;

    /// <summary>Most rows.</summary>
    public int Limit { get; init; } = 20;
}

/// <summary>The audit log. Nothing in it is ever changed or removed.</summary>
internal interface IAuditStore
{
    /// <summary>Writes an entry; it is durable when this returns.</summary>
    /// <returns>Its id; later ones have greater ids.</returns>
    long Begin(AuditEntry entry);

    /// <summary>Writes what came of an entry, once.</summary>
    void End(long id, AuditOutcome outcome);

    /// <summary>A page of entries by id.</summary>
    IReadOnlyList<AuditRow> List(AuditQuery query);
}
