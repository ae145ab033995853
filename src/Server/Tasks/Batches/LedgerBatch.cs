namespace Reelay.Server.Tasks.Batches;

/// <summary>The ledger's rows within a batch. What an account has changes beside them, in the same transaction.</summary>
/// <remarks>
/// The schema stands behind it: a row is never changed, a task has one row of a kind and attempt, one reservation and one closing row. What
/// would be a second one takes its whole operation back.
/// </remarks>
internal sealed class LedgerBatch(IBatchRows rows)
{
    /// <summary>A new task's reservation.</summary>
    public void Reserve(GenerationTask task) => Insert(task, "reserve", attempt: 0, 0, task.PriceMicros, null);

    /// <summary>The end of a task's reservation: what is taken, and all of it given back.</summary>
    public void Close(GenerationTask task, MoneyMove money) =>
        Insert(task, money.IsRelease ? "release" : "settle", task.AttemptCount, -money.SettledMicros, -task.PriceMicros, money.IsRelease ? null : money.Seconds);

    private void Insert(GenerationTask task, string kind, int attempt, long balance, long reserved, long? seconds) =>
        rows.InsertLedgerEntry(new(task.AccountId, task.Id, attempt, kind, balance, reserved, seconds));
}
