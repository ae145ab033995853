using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks;

/// <summary>The reads of the system of record, which are the same on both databases; how a batch is written is each one's own.</summary>
internal abstract partial class SqlTaskStore(Database database) : ITaskStore
{
    // Upstreams tell times in whole seconds, by clocks of their own.
    private const long RivalMarginMilliseconds = 2000;

    // Tasks that the engine still has work with. An index of its own finds them, as long as the condition has the index's words.
    private const string Live = "(t.finished_at IS NULL OR t.open_attempt IS NOT NULL)";

    public abstract ValueTask<long> GetTimeAsync(CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken);

    public virtual async Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken) =>
        CommitReadBack.Judge(operation, await FindAsync(operation.TaskId, cancellationToken));

    public Task<TaskDetail?> FindAsync(string taskId, CancellationToken cancellationToken) => FindAsync(taskId, null, cancellationToken);

    public Task<TaskDetail?> FindOwnAsync(string taskId, string accountId, CancellationToken cancellationToken) =>
        FindAsync(taskId, accountId, cancellationToken)!;

    public Task<IReadOnlyList<int>> ListLiveShardsAsync(CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            row => row.GetInt32(0),
            $"""
            SELECT s.id FROM shards s
            WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.shard = s.id AND {Live})
            ORDER BY s.id
            """);

    public Task<IReadOnlyList<LiveRow>> LoadLiveAsync(int shard, string? afterId, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => LoadLiveAsync(connection, shard, afterId ?? "", limit), cancellationToken).AsTask();

    public Task<IReadOnlyList<TaskVersion>> ListIntentsAsync(string nodeId, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            row => new TaskVersion(row.GetString(0), row.GetInt64(1)),
            $"""
            SELECT t.id, t.version FROM tasks t JOIN shards s ON s.id = t.shard
            WHERE (t.cancel_requested_at IS NOT NULL OR t.deleted_at IS NOT NULL)
                AND {Live} AND s.owner = @node
            LIMIT @limit
            """,
            ("@node", nodeId), ("@limit", limit));

    public Task<IReadOnlyList<GenerationTask>> ListAsync(TaskListQuery query, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            TaskRows.Task,
            $"""
            SELECT {TaskRows.TaskColumns} FROM tasks t
            WHERE (@all = 1 OR t.deleted_at IS NULL)
                {(query.AccountId is null ? "" : "AND t.account_id = @account")}
                {(query.ExternalTaskId is null ? "" : "AND t.external_task_id = @external")}
                {(query.EndUser is null ? "" : "AND t.end_user = @user")}
                {(query.Phase is null ? "" : "AND t.phase = @phase")}
                {(query.AfterId is null ? "" : query.IsDescending ? "AND t.id < @after" : "AND t.id > @after")}
            ORDER BY t.id {(query.IsDescending ? "DESC" : "ASC")} LIMIT @limit
            """,
            ("@all", query.IncludesDeleted), ("@account", query.AccountId), ("@external", query.ExternalTaskId), ("@user", query.EndUser),
            ("@phase", query.Phase?.ToWord()), ("@after", query.AfterId), ("@limit", query.Limit));

    public Task<AdoptionFacts> FindAdoptionFactsAsync(
        TaskAttempt attempt, IReadOnlyList<string> upstreamIds, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(connection =>
        {
            var adopted = upstreamIds.Where(id => connection.Scalar<long>(
                "SELECT 1 FROM attempts WHERE channel_account = @account AND upstream_id = @id",
                ("@account", attempt.ChannelAccount), ("@id", id)) == 1).ToHashSet(StringComparer.Ordinal);
            var rival = connection.Scalar<long>(
                """
                SELECT 1 FROM attempts
                WHERE channel_account = @account AND fingerprint = @fingerprint AND upstream_id IS NULL
                    AND (outcome IS NULL OR outcome = 'unknown') AND NOT (task_id = @task AND number = @number)
                    AND started_at <= @until + @margin AND send_by >= @from - @margin
                LIMIT 1
                """,
                ("@account", attempt.ChannelAccount), ("@fingerprint", attempt.Fingerprint), ("@task", attempt.TaskId),
                ("@number", attempt.Number), ("@until", attempt.SendBy), ("@from", attempt.StartedAt), ("@margin", RivalMarginMilliseconds)) == 1;
            return new AdoptionFacts(adopted, rival);
        }));

    public async Task<OperationResult?> FindIdempotentAsync(string accountId, IdempotencyClaim claim, CancellationToken cancellationToken) =>
        SqlIntents.FindClaim(database, accountId, claim.Key, await GetTimeAsync(cancellationToken)) is not { } found ? null
        : found.Fingerprint != claim.Fingerprint ? new OperationResult(OperationOutcome.IdempotencyKeyReused)
        : new OperationResult(OperationOutcome.Replayed, (await FindAsync(found.TaskId, cancellationToken))?.Task);

    public Task<IntentMemory> LoadIntentsAsync(long since, CancellationToken cancellationToken) =>
        Task.FromResult(SqlIntents.Load(database, since));

    public Task<int> ForgetIntentsAsync(long now, long before, CancellationToken cancellationToken) =>
        Task.FromResult(SqlIntents.Forget(database, now, before));

    public Task<IReadOnlyList<string>> ListDiscardableAsync(long now, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            cancellationToken,
            row => row.GetString(0),
            """
            SELECT id FROM tasks WHERE deleted_at IS NOT NULL AND discarded_at IS NULL AND finished_at IS NOT NULL AND open_attempt IS NULL
            UNION
            SELECT id FROM tasks WHERE expires_at <= @now AND discarded_at IS NULL AND finished_at IS NOT NULL AND open_attempt IS NULL
            LIMIT @limit
            """,
            ("@now", now), ("@limit", limit));

    private async Task<TaskDetail?> FindAsync(string taskId, string? accountId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            async connection =>
            {
                if (await FindRowAsync(connection, taskId, accountId) is not { } task) return null;

                var attempts = task.AttemptCount == 0 ? [] : await connection.QueryAsync(
                    TaskRows.Attempt, $"SELECT {TaskRows.AttemptColumns} FROM attempts a WHERE a.task_id = @id ORDER BY a.number", ("@id", taskId));
                var assets = await ListAssetsAsync(connection, task);
                var inputs = await connection.QueryAsync(
                    TaskRows.Input, $"SELECT {TaskRows.InputColumns} FROM task_inputs WHERE task_id = @id ORDER BY position", ("@id", taskId));
                return new TaskDetail(task, attempts, assets) { Inputs = inputs };
            },
            cancellationToken);

    private static async ValueTask<IReadOnlyList<LiveRow>> LoadLiveAsync(ReadConnection connection, int shard, string after, int limit)
    {
        var rows = await connection.QueryAsync(
            row => new LiveRow(
                TaskRows.Task(row), row.IsDBNull(TaskRows.TaskColumnCount) ? null : TaskRows.Attempt(row, TaskRows.TaskColumnCount)),
            $"""
            SELECT {TaskRows.TaskColumns}, {TaskRows.AttemptColumns}
            FROM tasks t LEFT JOIN attempts a ON a.task_id = t.id AND a.number = t.open_attempt
            WHERE t.shard = @shard AND t.id > @after AND {Live}
            ORDER BY t.id LIMIT @limit
            """,
            ("@shard", shard), ("@after", after), ("@limit", limit));
        if (rows.Count == 0) return rows;
        var found = await connection.QueryAsync(
            TaskRows.Input,
            $"""
            SELECT {TaskRows.InputColumns} FROM task_inputs
            WHERE task_id IN (
                SELECT t.id FROM tasks t
                WHERE t.shard = @shard AND t.id > @after AND t.id <= @last AND {Live})
            ORDER BY task_id, position
            """,
            ("@shard", shard), ("@after", after), ("@last", rows[^1].Task.Id));
        var inputs = found.ToLookup(input => input.TaskId, StringComparer.Ordinal);
        return inputs.Count == 0 ? rows : [.. rows.Select(row => row with { Inputs = [.. inputs[row.Task.Id]] })];
    }

    // The values are last, since there may be any number of them.
#pragma warning disable CA1068
    private Task<IReadOnlyList<T>> QueryAsync<T>(
        CancellationToken cancellationToken, Func<DbDataReader, T> map, string sql, params (string Name, object? Value)[] values) =>
        database.ReadAsync<IReadOnlyList<T>>(async connection => await connection.QueryAsync(map, sql, values), cancellationToken).AsTask();
#pragma warning restore CA1068
}
