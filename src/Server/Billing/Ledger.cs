namespace Reelay.Server.Billing;

/// <summary>The ledger read, and corrected by operators. Its other rows are written with the tasks they belong to.</summary>
internal interface ILedger
{
    /// <summary>A page of rows, newest first unless asked otherwise.</summary>
    IReadOnlyList<LedgerRow> List(LedgerQuery query);

    /// <summary>Usage by day, model and key, newest day first.</summary>
    IReadOnlyList<UsageSum> SumUsage(UsageQuery query);

    /// <summary>Changes a balance, and writes why in the same transaction. The same key of an account changes it once.</summary>
    AdjustmentResult Adjust(Adjustment adjustment, long now);
}

/// <summary>A row of the ledger. Times are Unix milliseconds.</summary>
internal sealed record LedgerRow(
    long Id, string AccountId, string? TaskId, int Attempt, string Kind, long BalanceMicros, long ReservedMicros, string? Reason, string? KeyId,
    string? IdempotencyKey, long? Seconds, long? CostMicros, long CreatedAt);

/// <summary>Which rows. Null is no condition; times are Unix milliseconds, the second excluded.</summary>
internal sealed record LedgerQuery(
    string? AccountId, string? TaskId, string? Kind, long? From, long? To, long? AfterId, bool IsDescending, int Limit);

/// <summary>Whose usage. Times are Unix milliseconds, the second excluded.</summary>
internal sealed record UsageQuery(string AccountId, long From, long To, string? Model, string? KeyId, UsageCursor? After, int Limit);

/// <summary>Place in a list of usage.</summary>
internal readonly record struct UsageCursor(string Day, string Model, string KeyId);

/// <summary>Usage of a day, model and key.</summary>
internal sealed record UsageSum(string Day, string Model, string KeyId, long Count, long ReleasedCount, long Seconds, long CostMicros);

/// <summary>A correction of a balance.</summary>
/// <param name="AccountId">Whose.</param>
/// <param name="Micros">Micro-dollars; negative to take.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="IdempotencyKey">The operator's own key.</param>
/// <param name="KeyId">The operator's key.</param>
/// <param name="IsForced">Whether the balance may fall below the account's floor.</param>
internal sealed record Adjustment(string AccountId, long Micros, string Reason, string IdempotencyKey, string KeyId, bool IsForced)
{
    /// <summary>The largest, either way: a billion dollars.</summary>
    public const long MaxMicros = Catalog.AcceptedPrice.MaxMicros;

    /// <summary>The largest balance, either way; below what the sums of all accounts can hold.</summary>
    public const long MaxBalanceMicros = 1_000 * MaxMicros;
}

/// <summary>What became of a correction.</summary>
internal sealed record AdjustmentResult(AdjustmentOutcome Outcome, LedgerRow? Row = null);

/// <summary>Why a balance was or was not corrected.</summary>
internal enum AdjustmentOutcome
{
    /// <summary>It was.</summary>
    Applied,

    /// <summary>It was before, by the same request.</summary>
    Replayed,

    /// <summary>The key stands for another correction.</summary>
    KeyReused,

    /// <summary>There is no such account.</summary>
    NotFound,

    /// <summary>What is available would fall below the floor.</summary>
    BelowFloor,

    /// <summary>The balance would be too large to be kept.</summary>
    TooLarge,
}
