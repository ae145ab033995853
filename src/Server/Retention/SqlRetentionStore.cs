using System.Data.Common;
using Reelay.Server.Catalog;
using Reelay.Server.Storage;

namespace Reelay.Server.Retention;

/// <summary>Retention on SQLite. Writes go beside the batches: the rows are those of tasks that no batch touches any more.</summary>
internal sealed class SqlRetentionStore(Database database) : IRetentionStore
{
    // Where uploads of orders lie. What else an order names in the store is a file of the account or another task's result, and lives on.
    private const string UploadFolder = "inputs/";

    private const string RemovedReason = "The words of the reason were removed with those of the order.";

    private readonly string _listWords =
        $"SELECT t.id {Due(database.JoinInOrder, "prompts", "words")} UNION "
        + "SELECT id FROM tasks WHERE deleted_at IS NOT NULL AND discarded_at IS NOT NULL AND words_removed_at IS NULL AND open_attempt IS NULL "
        + "AND deleted_at <= @now - @grace LIMIT @limit";

    private readonly string _listInputs =
        $"SELECT t.id, t.order_json {Due(database.JoinInOrder, "inputs", "inputs")} UNION ALL "
        + "SELECT id, order_json FROM tasks WHERE discarded_at IS NOT NULL AND inputs_removed_at IS NULL AND open_attempt IS NULL LIMIT @limit";

    public IReadOnlyList<string> ListWithWords(long now, TimeSpan? usual, int limit) => database.Read(connection => connection.Query(
        row => row.GetString(0), _listWords, ("@now", now), ("@usual", Milliseconds(usual)), ("@grace", Milliseconds(IRetentionStore.DeletedGrace)), ("@limit", limit)));

    public void RemoveWords(IReadOnlyList<string> taskIds, long now) => database.Write((connection, transaction) =>
    {
        foreach (var id in taskIds)
        {
            Rewrite(connection, transaction, id, WithoutWords, "words_removed_at", now);
            connection.Execute(
                """
                UPDATE tasks SET error_message = @reason WHERE id = @id AND error_message IS NOT NULL;
                UPDATE attempts SET error_message = NULL, error_raw = NULL WHERE task_id = @id;
                DELETE FROM task_inbox WHERE task_id = @id;
                """,
                transaction,
                ("@id", id), ("@reason", RemovedReason));
        }

        return taskIds.Count;
    });

    public IReadOnlyList<TaskInputs> ListWithInputs(long now, TimeSpan? usual, int limit) => database.Read(connection => connection.Query(
        row => new TaskInputs(row.GetString(0), Own(row.GetString(0), OrderJson.Deserialize(row.GetString(1)))),
        _listInputs, ("@now", now), ("@usual", Milliseconds(usual)), ("@limit", limit)));

    public void RemoveInputs(IReadOnlyList<string> taskIds, long now) => database.Write((connection, transaction) =>
    {
        foreach (var id in taskIds)
        {
            Rewrite(connection, transaction, id, WithoutInputs, "inputs_removed_at", now);
            connection.Execute("DELETE FROM task_inputs WHERE task_id = @id", transaction, ("@id", id));
        }

        return taskIds.Count;
    });

    public bool TryScrub() => database.TryEmptyLog();

    // Each account has its own bound, and the index leads to what is past it: accounts come first.
    private static string Due(string join, string period, string what) =>
        $"""
        FROM accounts a {join} tasks t ON t.account_id = a.id
        WHERE coalesce(a.{period}_retention_ms, @usual) IS NOT NULL AND t.finished_at <= @now - coalesce(a.{period}_retention_ms, @usual)
            AND t.finished_at IS NOT NULL AND t.{what}_removed_at IS NULL AND t.open_attempt IS NULL
        """;

    private static void Rewrite(
        DbConnection connection, DbTransaction transaction, string id, Func<GenerationOrder, GenerationOrder> without, string column, long now)
    {
        using var read = connection.Command("SELECT order_json FROM tasks WHERE id = @id", transaction, ("@id", id));
        if (read.ExecuteScalar() is not string json) return;
        connection.Execute(
            $"UPDATE tasks SET order_json = @order, {column} = @now, version = version + 1 WHERE id = @id",
            transaction,
            ("@id", id), ("@order", OrderJson.SerializeToString(without(OrderJson.Deserialize(json)))), ("@now", now));
    }

    // What the caller wrote, or what repeats it. What says how much was made and paid stays.
    private static GenerationOrder WithoutWords(GenerationOrder order) => order with
    {
        Prompt = "",
        Extras = null,
        Metadata = null,
        User = null,
        Warnings = [],
        Media = [.. order.Media.Select(media => media with { Name = null })],
        IsForgotten = true,
    };

    private static GenerationOrder WithoutInputs(GenerationOrder order) => order.Media.Count == 0 ? order : order with
    {
        Media = [.. order.Media.Select(media => media with { AssetKey = "", Url = null })],
        IsForgotten = true,
    };

    // Uploads, and the copies that an order made again by an operator has of its predecessor's.
    private static List<string> Own(string taskId, GenerationOrder order) => [.. order.Media.Select(media => media.AssetKey)
        .Where(key => key.StartsWith(UploadFolder, StringComparison.Ordinal) || key.StartsWith(taskId + "/", StringComparison.Ordinal))];

    private static long? Milliseconds(TimeSpan? period) => period is { } value ? (long)value.TotalMilliseconds : null;
}
