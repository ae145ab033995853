using Microsoft.Data.Sqlite;
using Reelay.Server.Accounts;
using Reelay.Server.Storage;
using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;
using SQLitePCL;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>The rows of a batch on SQLite: each question and each write is a prepared statement, run at once. One writer needs no locks.</summary>
internal sealed partial class SqliteBatchRows(
    SqliteStatements statements, OpenAttempts open, SqliteConnection connection, SqliteTransaction transaction, long now) : IBatchRows
{
    public long Now => now;

    public bool Owns(ShardFence fence) =>
        statements.OwnsShard.Set(1, fence.Shard).Set(2, fence.NodeId).Set(3, fence.Epoch).ExecuteLong() is not null;

    public AccountFigures? Account(string id)
    {
        statements.FindAccount.Set(1, id).ReadFirst(
            static row => new AccountFigures(
                raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_int64(row, 1), raw.sqlite3_column_int64(row, 2) != 0,
                raw.sqlite3_column_int64(row, 3), raw.sqlite3_column_int64(row, 4), raw.sqlite3_column_int64(row, 5),
                new Limits
                {
                    MaxInFlight = (int?)Bound(row, 6), DayBudgetMicros = Bound(row, 7), MonthBudgetMicros = Bound(row, 8), TotalBudgetMicros = Bound(row, 9),
                }),
            out var found);
        return found;
    }

    public KeptClaim? Claim(string accountId, string key) =>
        statements.FindClaim.Set(1, accountId).Set(2, key).Set(3, now).ReadFirst(
            static row => new KeptClaim(raw.sqlite3_column_text(row, 0).utf8_to_string(), raw.sqlite3_column_text(row, 1).utf8_to_string()), out var found)
            ? found : null;

    public long? Claims(string taskId) => statements.FindIntentClaims.Set(1, taskId).ExecuteLong();

    public SpentFigures Spent(string id, bool isKey, long day, long month, long nextMonth)
    {
        var statement = isKey ? statements.SumKeySpending : statements.SumAccountSpending;
        statement.Set(1, id).Set(2, day).Set(3, month).Set(4, nextMonth).ReadFirst(
            static row => new SpentFigures(
                raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_int64(row, 1), raw.sqlite3_column_int64(row, 2), raw.sqlite3_column_int64(row, 3)),
            out var sums);
        return sums;
    }

    public GenerationTask? Task(string id) =>
        connection.Query(transaction, TaskRows.Task, $"SELECT {TaskRows.TaskColumns} FROM tasks t WHERE t.id = @id", ("@id", id)).FirstOrDefault();

    public bool IsFull(string channelId, string? model, long slots) => open.IsFull(channelId, model, slots);

    public bool IsUpstreamIdTaken(TaskAttempt attempt) =>
        statements.UpstreamIdOwner
            .Set(1, attempt.ChannelAccount).Set(2, attempt.UpstreamId).Set(3, attempt.TaskId).Set(4, attempt.Number).ExecuteLong() is not null;

    public (bool IsThere, long Count) Mail(InboxRow row) =>
        statements.FindMail.Set(1, row.TaskId).Set(2, row.Attempt).Set(3, row.Dedupe).ExecuteLong() is not null
            ? (true, 0) : (false, statements.CountMail.Set(1, row.TaskId).Set(2, row.Kind).ExecuteLong() ?? 0);

    public IReadOnlyList<StoredEndpoint> Endpoints(string accountId) => connection.Query(
        transaction,
        SqlWebhookEndpointStore.Map,
        $"SELECT {SqlWebhookEndpointStore.Columns} FROM webhook_endpoints WHERE account_id = @account AND disabled_at IS NULL ORDER BY id",
        ("@account", accountId));

    private static long? Bound(sqlite3_stmt row, int column) =>
        raw.sqlite3_column_type(row, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(row, column);
}
