namespace Reelay.Server.Tasks.Batches;

/// <summary>A key's day within an account, in the order in which rows are locked.</summary>
internal readonly record struct SpendingRow(string AccountId, long Day, string KeyId) : IComparable<SpendingRow>
{
    public int CompareTo(SpendingRow other)
    {
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        if (order == 0) order = Day.CompareTo(other.Day);
        return order != 0 ? order : string.CompareOrdinal(KeyId, other.KeyId);
    }
}

/// <summary>What a batch adds to a row of spending.</summary>
internal sealed class SpendingChange
{
    public long ReservedMicros { get; private set; }

    public long SettledMicros { get; private set; }

    public long CreatedCount { get; private set; }

    public long CompletedCount { get; private set; }

    public long FailedCount { get; private set; }

    public long SpentMicros => ReservedMicros + SettledMicros;

    public long InFlight => CreatedCount - CompletedCount - FailedCount;

    public void Create(long price)
    {
        ReservedMicros = checked(ReservedMicros + price);
        CreatedCount++;
    }

    public void Close(long price, long settled, bool isCompleted)
    {
        ReservedMicros = checked(ReservedMicros - price);
        SettledMicros = checked(SettledMicros + settled);
        if (isCompleted) CompletedCount++;
        else FailedCount++;
    }
}
