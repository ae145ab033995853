using Reelay.Server.Storage;

namespace Reelay.Server.Tasks;

/// <summary>Tasks as callers see them. A node is asked for a task that another one drives at every poll of its caller, so that these reads are many.</summary>
internal abstract partial class SqlTaskStore
{
    public virtual Task<TaskView?> ViewAsync(string taskId, string? accountId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await FindRowAsync(connection, taskId, accountId) is { } task ? new TaskView(task, await ListAssetsAsync(connection, task)) : null,
            cancellationToken).AsTask();

    // Without an account, whoever's it is.
    private static async ValueTask<GenerationTask?> FindRowAsync(ReadConnection connection, string taskId, string? accountId) =>
        await connection.QueryAsync(
            TaskRows.Task, $"SELECT {TaskRows.TaskColumns} FROM tasks t WHERE t.id = @id {(accountId is null ? "" : "AND t.account_id = @account")}",
            ("@id", taskId), ("@account", accountId)) is [var task] ? task : null;

    // What its row says cannot be there is not looked for: each look is a way to the database and back.
    private static async ValueTask<List<TaskAsset>> ListAssetsAsync(ReadConnection connection, GenerationTask task) =>
        !task.Phase.IsTerminal() ? [] : await connection.QueryAsync(
            TaskRows.Asset, $"SELECT {TaskRows.AssetColumns} FROM assets WHERE task_id = @id ORDER BY position", ("@id", task.Id));
}
