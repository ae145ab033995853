using Reelay.Server.Accounts;
using SQLitePCL;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>An account within a batch: its row as it was, and what the batch does to it.</summary>
internal sealed class AccountChange(sqlite3_stmt row)
{
    private readonly long _balance = raw.sqlite3_column_int64(row, 0);
    private readonly long _reserved = raw.sqlite3_column_int64(row, 1);
    private readonly long _floor = raw.sqlite3_column_int64(row, 3);
    private readonly long _spent = raw.sqlite3_column_int64(row, 4);
    private readonly long _inFlight = raw.sqlite3_column_int64(row, 5);

    /// <summary>Whether it orders without a balance.</summary>
    public bool IsUnlimited { get; } = raw.sqlite3_column_int64(row, 2) != 0;

    /// <summary>Its bounds.</summary>
    public Limits Limits { get; } = new()
    {
        MaxInFlight = (int?)Bound(row, 6),
        DayBudgetMicros = Bound(row, 7),
        MonthBudgetMicros = Bound(row, 8),
        TotalBudgetMicros = Bound(row, 9),
    };

    public long BalanceDelta { get; private set; }

    public long ReservedDelta { get; private set; }

    public long SpentDelta { get; private set; }

    public long InFlightDelta { get; private set; }

    /// <summary>Whether there is something to write.</summary>
    public bool IsChanged => this is not { BalanceDelta: 0, ReservedDelta: 0, SpentDelta: 0, InFlightDelta: 0 };

    /// <summary>What all its tasks cost, with the batch.</summary>
    public long SpentMicros => checked(_spent + SpentDelta);

    /// <summary>Its unfinished tasks, with the batch.</summary>
    public long InFlight => _inFlight + InFlightDelta;

    public bool CanReserve(long micros) =>
        IsUnlimited || checked(_balance + BalanceDelta - _reserved - ReservedDelta - micros) >= _floor;

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

    private static long? Bound(sqlite3_stmt row, int column) =>
        raw.sqlite3_column_type(row, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(row, column);
}
