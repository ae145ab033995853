using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks;

/// <summary>Reading of mail and of operators' actions.</summary>
internal abstract partial class SqlTaskStore
{
    private const string ActionColumns =
        "id, task_id, attempt, key_id, action, asked_at, done_at, refusal_code, refusal_message, new_task_id, before_json, after_json";

    public Task<IReadOnlyList<string>> ListTasksWithMailAsync(string nodeId, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            row => row.GetString(0),
            "SELECT DISTINCT i.task_id FROM task_inbox i JOIN shards s ON s.id = i.shard WHERE s.owner = @node LIMIT @limit",
            ("@node", nodeId), ("@limit", limit));

    public Task<IReadOnlyList<InboxRow>> ReadInboxAsync(string taskId, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            row => new InboxRow(row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt64(6))
            {
                Id = row.GetInt64(0),
            },
            "SELECT id, task_id, attempt, kind, dedupe, body, created_at FROM task_inbox WHERE task_id = @id ORDER BY id LIMIT @limit",
            ("@id", taskId), ("@limit", 2 * InboxRow.MaxPerTask));

    public Task<IReadOnlyList<TaskAction>> ListActionsAsync(string taskId, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken, Action, $"SELECT {ActionColumns} FROM task_actions WHERE task_id = @id ORDER BY done_at, id LIMIT 1000", ("@id", taskId));

    public Task<TaskAction?> FindActionAsync(string actionId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(connection => connection.Query(
            Action, $"SELECT {ActionColumns} FROM task_actions WHERE id = @id", ("@id", actionId)).FirstOrDefault()));

    private static TaskAction Action(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        TaskId = row.GetString(1),
        Attempt = row.GetInt32(2),
        KeyId = row.GetString(3),
        Action = row.GetString(4),
        AskedAt = row.GetInt64(5),
        DoneAt = row.GetInt64(6),
        RefusalCode = row.TextOrNull(7),
        RefusalMessage = row.TextOrNull(8),
        NewTaskId = row.TextOrNull(9),
        BeforeJson = row.GetString(10),
        AfterJson = row.GetString(11),
    };
}
