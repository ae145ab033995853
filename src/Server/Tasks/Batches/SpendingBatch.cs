using Reelay.Server.Accounts;

namespace Reelay.Server.Tasks.Batches;

/// <summary>
/// What keys and accounts spend, within a batch: counted per account, day of creation and key, written once for each, and held against the
/// bounds of whoever has some. Whoever has none costs no statement beyond that one.
/// </summary>
internal sealed class SpendingBatch(IBatchRows rows)
{
    private readonly Dictionary<SpendingRow, SpendingChange> _changes = [];

    // Sums of those that have bounds, by the id of the key or account and the day they were asked for.
    private readonly Dictionary<string, List<SpentSums>> _sums = new(StringComparer.Ordinal);

    /// <summary>The first bound that a new task would pass, the key's before the account's; or null.</summary>
    public ReachedLimit? Reached(GenerationTask task, Limits key, AccountChange account)
    {
        var day = SpendingDays.Of(task.CreatedAt);
        if (key.HasTotals)
        {
            var spent = Sums(task.KeyId, day, isKey: true);
            if (Reached(key, isKeys: true, task.PriceMicros, spent, spent.InFlight, spent.Total) is { } reached) return reached;
        }

        var limits = account.Limits;
        var sums = limits is { DayBudgetMicros: null, MonthBudgetMicros: null } ? null : Sums(task.AccountId, day, isKey: false);
        return Reached(limits, isKeys: false, task.PriceMicros, sums, account.InFlight, account.SpentMicros);
    }

    /// <summary>A task was inserted.</summary>
    public void Created(GenerationTask task, AccountChange account)
    {
        Change(task).Create(task.PriceMicros);
        Add(task, account, task.PriceMicros, 1);
    }

    /// <summary>A task has ended and its reservation is closed.</summary>
    public void Closed(GenerationTask task, AccountChange account, MoneyMove money)
    {
        Change(task).Close(task.PriceMicros, money.SettledMicros, task.Phase == TaskPhase.Completed);
        Add(task, account, money.SettledMicros - task.PriceMicros, -1);
    }

    /// <summary>Writes what has changed.</summary>
    public void Flush()
    {
        foreach (var (row, change) in _changes.OrderBy(pair => pair.Key)) rows.AddSpending(row, change);
    }

    private static ReachedLimit? Reached(Limits limits, bool isKeys, long price, SpentSums? sums, long inFlight, long total) =>
        inFlight >= limits.MaxInFlight ? new(isKeys, LimitKind.TasksInFlight, limits.MaxInFlight!.Value, inFlight, null)
            : limits.DayBudgetMicros - sums?.Today < price
                ? new(isKeys, LimitKind.DayBudget, limits.DayBudgetMicros!.Value, sums!.Today, SpendingDays.BeginsAt(sums.Day + 1))
            : limits.MonthBudgetMicros - sums?.Month < price
                ? new(isKeys, LimitKind.MonthBudget, limits.MonthBudgetMicros!.Value, sums!.Month, SpendingDays.BeginsAt(sums.NextMonth))
            : limits.TotalBudgetMicros - total < price ? new(isKeys, LimitKind.TotalBudget, limits.TotalBudgetMicros!.Value, total, null)
            : null;

    private SpendingChange Change(GenerationTask task)
    {
        var row = new SpendingRow(task.AccountId, SpendingDays.Of(task.CreatedAt), task.KeyId);
        if (!_changes.TryGetValue(row, out var change)) _changes[row] = change = new SpendingChange();
        return change;
    }

    private void Add(GenerationTask task, AccountChange account, long micros, int count)
    {
        account.AddTasks(micros, count);
        if (_sums.Count == 0) return;
        var day = SpendingDays.Of(task.CreatedAt);
        foreach (var id in (ReadOnlySpan<string>)[task.KeyId, task.AccountId])
        {
            foreach (var sums in _sums.GetValueOrDefault(id, [])) sums.Add(day, micros, count);
        }
    }

    private SpentSums Sums(string id, long day, bool isKey)
    {
        if (!_sums.TryGetValue(id, out var known)) _sums[id] = known = [];
        if (known.Find(one => one.Day == day) is { } found) return found;
        var (from, to) = SpendingDays.Month(day);
        var kept = rows.Spent(id, isKey, day, from, to);
        var sums = new SpentSums(day, from, to) { Total = kept.Total, Month = kept.Month, Today = kept.Today, InFlight = kept.InFlight };

        // What the batch did before it is not in the rows yet.
        foreach (var (row, change) in _changes)
        {
            if ((isKey ? row.KeyId : row.AccountId) == id) sums.Add(row.Day, change.SpentMicros, change.InFlight);
        }

        known.Add(sums);
        return sums;
    }

    private sealed class SpentSums(long day, long month, long nextMonth)
    {
        public long Day => day;

        public long NextMonth => nextMonth;

        public long Total { get; set; }

        public long Month { get; set; }

        public long Today { get; set; }

        public long InFlight { get; set; }

        public void Add(long of, long micros, long count)
        {
            Total = checked(Total + micros);
            if (of >= month && of < nextMonth) Month = checked(Month + micros);
            if (of == day) Today = checked(Today + micros);
            InFlight += count;
        }
    }
}
