using Reelay.Server.Accounts;

namespace Reelay.Server.Tasks.Batches;

/// <summary>An account within a batch: its row as it was, and what the batch does to it.</summary>
internal sealed class AccountChange(AccountFigures before)
{
    /// <summary>Whether it orders without a balance.</summary>
    public bool IsUnlimited => before.IsUnlimited;

    /// <summary>Its bounds.</summary>
    public Limits Limits => before.Limits;

    public long BalanceDelta { get; private set; }

    public long ReservedDelta { get; private set; }

    public long SpentDelta { get; private set; }

    public long InFlightDelta { get; private set; }

    /// <summary>Whether there is something to write.</summary>
    public bool IsChanged => this is not { BalanceDelta: 0, ReservedDelta: 0, SpentDelta: 0, InFlightDelta: 0 };

    /// <summary>What all its tasks cost, with the batch.</summary>
    public long SpentMicros => checked(before.SpentMicros + SpentDelta);

    /// <summary>Its unfinished tasks, with the batch.</summary>
    public long InFlight => before.InFlight + InFlightDelta;

    public bool CanReserve(long micros) =>
        IsUnlimited || checked(before.BalanceMicros + BalanceDelta - before.ReservedMicros - ReservedDelta - micros) >= before.FloorMicros;

    public void Add(long balanceMicros, long reservedMicros)
    {
        BalanceDelta = checked(BalanceDelta + balanceMicros);
        ReservedDelta = checked(ReservedDelta + reservedMicros);
    }

    /// <summary>Tasks were made, or ended.</summary>
    public void AddTasks(long spentMicros, int count)
    {
        SpentDelta = checked(SpentDelta + spentMicros);
        InFlightDelta += count;
    }
}
