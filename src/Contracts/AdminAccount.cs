namespace Reelay.Contracts;

/// <summary>An account as operators see it. Times are Unix seconds, amounts whole micro-dollars.</summary>
public sealed record AdminAccount
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>account</c>.</summary>
    public string Object { get; init; } = "account";

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it orders without a balance.</summary>
    public required bool Unlimited { get; init; }

    /// <summary>What it has.</summary>
    public required long BalanceMicros { get; init; }

    /// <summary>What its unfinished tasks hold of that.</summary>
    public required long ReservedMicros { get; init; }

    /// <summary>The balance less what is held never falls below it: 0, or a credit line as a negative number.</summary>
    public required long FloorMicros { get; init; }

    /// <summary>What all its tasks cost as it is known now.</summary>
    public required long SpentMicros { get; init; }

    /// <summary>Its unfinished tasks.</summary>
    public required long TasksInFlight { get; init; }

    /// <summary>Groups of its keys that name none, in order.</summary>
    public required IReadOnlyList<string> DefaultGroups { get; init; }

    /// <summary>Groups that its keys may name besides; <c>*</c> is every one.</summary>
    public required IReadOnlyList<string> AllowedGroups { get; init; }

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

    /// <summary>How long results are kept after a task's end; left out for the server's own.</summary>
    public long? AssetsRetentionSeconds { get; init; }

    /// <summary>How long prompts are kept after a task's end; left out for the server's own.</summary>
    public long? PromptsRetentionSeconds { get; init; }

    /// <summary>How long inputs are kept after a task's end; left out for the server's own.</summary>
    public long? InputsRetentionSeconds { get; init; }

    /// <summary>Made.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Changed last.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>Disabled.</summary>
    public long? DisabledAt { get; init; }
}
