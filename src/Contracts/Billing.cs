namespace Reelay.Contracts;

/// <summary>What an account has. Every amount is in micro-dollars of the named currency.</summary>
public sealed record Balance
{
    /// <summary>Always <c>balance</c>.</summary>
    public string Object { get; init; } = "balance";

    /// <summary>Always <c>USD</c>.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>What it has, what unfinished videos hold of it included.</summary>
    public required long BalanceMicros { get; init; }

    /// <summary>What unfinished videos hold.</summary>
    public required long ReservedMicros { get; init; }

    /// <summary>What can still be ordered for, a credit line included; absent for an account without a limit.</summary>
    public long? AvailableMicros { get; init; }

    /// <summary>The balance in dollars, for people.</summary>
    public required string Amount { get; init; }

    /// <summary>Whether it orders without a balance.</summary>
    public required bool Unlimited { get; init; }

    /// <summary>The most it may spend in a day of UTC, if there is a bound.</summary>
    public long? DayBudgetMicros { get; init; }

    /// <summary>The most it may spend in a calendar month of UTC, if there is a bound.</summary>
    public long? MonthBudgetMicros { get; init; }

    /// <summary>The most it may spend altogether, if there is a bound.</summary>
    public long? TotalBudgetMicros { get; init; }
}

/// <summary>What one key spent in a day of UTC on one model. Corrections of the balance are no usage.</summary>
public sealed record UsageRow
{
    /// <summary>Day, model and key: what <c>after</c> takes.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>usage</c>.</summary>
    public string Object { get; init; } = "usage";

    /// <summary>The day on which the videos ended, <c>yyyy-MM-dd</c>, UTC.</summary>
    public required string Day { get; init; }

    /// <summary>The model as it was ordered.</summary>
    public required string Model { get; init; }

    /// <summary>The key it was ordered with.</summary>
    public required string KeyId { get; init; }

    /// <summary>Videos that were paid for.</summary>
    public required long Count { get; init; }

    /// <summary>Videos that failed and cost nothing.</summary>
    public required long ReleasedCount { get; init; }

    /// <summary>Seconds of video that were delivered.</summary>
    public required long Seconds { get; init; }

    /// <summary>What was taken, in micro-dollars.</summary>
    public required long CostMicros { get; init; }

    /// <summary>The same in dollars, for people.</summary>
    public required string Cost { get; init; }
}

/// <summary>A row of the ledger as operators see it.</summary>
public sealed record AdminLedgerEntry
{
    /// <summary>Grows; a text, as all ids are.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>ledger_entry</c>.</summary>
    public string Object { get; init; } = "ledger_entry";

    /// <summary>Whose.</summary>
    public required string AccountId { get; init; }

    /// <summary>For which task; absent for adjustments.</summary>
    public string? TaskId { get; init; }

    /// <summary>How many attempts the task had had.</summary>
    public required int Attempt { get; init; }

    /// <summary><c>reserve</c>, <c>settle</c>, <c>release</c> or <c>adjust</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it adds to the balance, micro-dollars.</summary>
    public required long BalanceMicros { get; init; }

    /// <summary>What it adds to what is reserved, micro-dollars.</summary>
    public required long ReservedMicros { get; init; }

    /// <summary>Seconds of video that a settlement is for.</summary>
    public long? Seconds { get; init; }

    /// <summary>What the task's attempts cost the operator so far, micro-dollars; beside closing rows.</summary>
    public long? CostMicros { get; init; }

    /// <summary>Why it was adjusted.</summary>
    public string? Reason { get; init; }

    /// <summary>The operator's key that adjusted it.</summary>
    public string? KeyId { get; init; }

    /// <summary>The operator's own key for the adjustment.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>A model's prices as operators see them.</summary>
public sealed record AdminPrices
{
    /// <summary>The public model.</summary>
    public required string Model { get; init; }

    /// <summary>Always <c>model_prices</c>.</summary>
    public string Object { get; init; } = "model_prices";

    /// <summary>Which list holds: tasks that are accepted now carry this word.</summary>
    public required string Version { get; init; }

    /// <summary><c>shipped</c>, <c>settings</c> or <c>admin</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it costs nothing.</summary>
    public required bool Free { get; init; }

    /// <summary>The rows; empty where it is free, and where it has no price.</summary>
    public required IReadOnlyList<ModelPrice> Prices { get; init; }

    /// <summary>When the admin API set them, Unix milliseconds.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>The operator's key that set them.</summary>
    public string? KeyId { get; init; }
}

/// <summary>What the ledger's audit found.</summary>
public sealed record AdminAudit
{
    /// <summary>Always <c>ledger_audit</c>.</summary>
    public string Object { get; init; } = "ledger_audit";

    /// <summary>Whether nothing is wrong.</summary>
    public required bool Ok { get; init; }

    /// <summary>Accounts that were looked at.</summary>
    public required long Accounts { get; init; }

    /// <summary>Tasks that were looked at.</summary>
    public required long Tasks { get; init; }

    /// <summary>Rows of the ledger when it began.</summary>
    public required long Entries { get; init; }

    /// <summary>What is wrong, 1,000 at most.</summary>
    public required IReadOnlyList<AdminAuditViolation> Violations { get; init; }
}

/// <summary>Something that is wrong with the books.</summary>
/// <param name="Check">Which rule it breaks.</param>
/// <param name="Id">The account, task or ledger row.</param>
/// <param name="Message">In words, with the figures.</param>
public sealed record AdminAuditViolation(string Check, string Id, string Message);
