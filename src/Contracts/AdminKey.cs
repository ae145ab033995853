namespace Reelay.Contracts;

/// <summary>A key as operators see it. Times are Unix seconds.</summary>
public sealed record Key
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>key</c>.</summary>
    public string Object { get; init; } = "key";

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Account it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>Last characters of the secret; empty where it was imported by its hash without them.</summary>
    public required string SecretHint { get; init; }

    /// <summary>The secret; only in the answer that made it.</summary>
    public string? Secret { get; init; }

    /// <summary>Until when the secret before the last rotation works too.</summary>
    public long? PreviousSecretUntil { get; init; }

    /// <summary>What it may do: <c>create</c>, <c>read</c>, <c>admin</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Whether it may use the admin API.</summary>
    public required bool Admin { get; init; }

    /// <summary>Whether hints that a model cannot honour are refused.</summary>
    public required bool Strict { get; init; }

    /// <summary>Whether of two places that name a parameter differently the top level wins.</summary>
    public required bool Lenient { get; init; }

    /// <summary>Whether an <c>external_task_id</c> stands for one order only.</summary>
    public required bool IdempotentExternalIds { get; init; }

    /// <summary>Groups of channels its orders may go to, in the order in which they are tried, as far as its account has them.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Public models it may order; left out for all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Networks it may be used from; left out for all.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>How its answers differ from OpenAI's.</summary>
    public required IReadOnlyList<string> Dialects { get; init; }

    /// <summary>Operations that do not exist for it.</summary>
    public required IReadOnlyList<string> WithheldRoutes { get; init; }

    /// <summary>Requests of any kind in a minute, on each node.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Orders in a minute, on each node.</summary>
    public int? CreatesPerMinute { get; init; }

    /// <summary>Unfinished tasks at a time.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>Spent in a day of UTC, micro-dollars.</summary>
    public long? DayBudgetMicros { get; init; }

    /// <summary>Spent in a calendar month of UTC, micro-dollars.</summary>
    public long? MonthBudgetMicros { get; init; }

    /// <summary>Spent altogether, micro-dollars.</summary>
    public long? TotalBudgetMicros { get; init; }

    /// <summary>Made.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Changed last.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>Used last, to about a minute.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>Stops working.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Disabled.</summary>
    public long? DisabledAt { get; init; }

    /// <summary>Revoked, for good.</summary>
    public long? RevokedAt { get; init; }
}

/// <summary>Answer to the deletion of a key.</summary>
public sealed record DeletedKey(string Id, bool Deleted = true, string Object = "key.deleted");
