using Reelay.Server.Accounts;

namespace Reelay.Server.Api;

/// <summary>The bounds of keys and accounts by their names on the wire.</summary>
internal static class LimitFields
{
    /// <summary>The most that an amount may be, in micro-dollars: a billion dollars, so that sums of amounts stay far from overflow.</summary>
    public const long MaxMicros = 1_000_000_000_000_000;

    private const int MaxPerMinute = 1_000_000;
    private const int MaxTasks = 1_000_000;

    /// <summary>Their names.</summary>
    public static readonly string[] Names =
        ["requests_per_minute", "creates_per_minute", "max_in_flight", "day_budget_micros", "month_budget_micros", "total_budget_micros"];

    /// <summary>What a body makes of them.</summary>
    public static Limits Read(AdminFields fields, Limits before) => new()
    {
        RequestsPerMinute = (int?)fields.Whole("requests_per_minute", before.RequestsPerMinute, 1, MaxPerMinute),
        CreatesPerMinute = (int?)fields.Whole("creates_per_minute", before.CreatesPerMinute, 1, MaxPerMinute),
        MaxInFlight = (int?)fields.Whole("max_in_flight", before.MaxInFlight, 0, MaxTasks),
        DayBudgetMicros = fields.Whole("day_budget_micros", before.DayBudgetMicros, 0, MaxMicros),
        MonthBudgetMicros = fields.Whole("month_budget_micros", before.MonthBudgetMicros, 0, MaxMicros),
        TotalBudgetMicros = fields.Whole("total_budget_micros", before.TotalBudgetMicros, 0, MaxMicros),
    };
}
