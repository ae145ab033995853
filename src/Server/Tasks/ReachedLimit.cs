namespace Reelay.Server.Tasks;

/// <summary>A bound that an order would pass.</summary>
/// <param name="IsKeys">Of the key, else of the account.</param>
/// <param name="Kind">Which.</param>
/// <param name="Allowed">How much it allows: tasks, or micro-dollars.</param>
/// <param name="Used">How much of that is used.</param>
/// <param name="RenewsAt">When it begins anew, Unix milliseconds; null for never, or when a task ends.</param>
public sealed record ReachedLimit(bool IsKeys, LimitKind Kind, long Allowed, long Used, long? RenewsAt);

/// <summary>What is bounded within the transaction of a create.</summary>
public enum LimitKind
{
    /// <summary>Unfinished tasks.</summary>
    TasksInFlight,

    /// <summary>Spent in a day of UTC.</summary>
    DayBudget,

    /// <summary>Spent in a calendar month of UTC.</summary>
    MonthBudget,

    /// <summary>Spent altogether.</summary>
    TotalBudget,
}

/// <summary>Days of UTC as numbers since 1970.</summary>
internal static class SpendingDays
{
    private const long DayMilliseconds = 86_400_000;

    /// <summary>The day of a moment.</summary>
    public static long Of(long unixMilliseconds) => Math.DivRem(unixMilliseconds, DayMilliseconds) is var (day, rest) && rest < 0 ? day - 1 : day;

    /// <summary>When a day begins, Unix milliseconds.</summary>
    public static long BeginsAt(long day) => day * DayMilliseconds;

    /// <summary>The first day of a day's month, and that of the next month.</summary>
    public static (long From, long To) Month(long day)
    {
        var date = DateOnly.FromDayNumber(checked((int)day + Epoch));
        var first = new DateOnly(date.Year, date.Month, 1);
        return (first.DayNumber - Epoch, first.AddMonths(1).DayNumber - Epoch);
    }

    private static int Epoch => DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
