using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>The store on one SQLite file: a cluster of one node, whose leases need no clock.</summary>
/// <remarks>Calls run to their end on the caller's thread: SQLite has no asynchronous interface, and one fsync is what a caller waits for anyway.</remarks>
internal sealed partial class SqliteTaskStore(
    SqliteDatabase database, TimeProvider time, WebhookSubscriptions? webhooks = null, WebhookOptions? webhookOptions = null)
    : ITaskStore, IDisposable
{
    // Upstreams tell times in whole seconds, by clocks of their own.
    private const long RivalMarginMilliseconds = 2000;

    private readonly SqliteStatements _statements = new(database.Writer);
    private readonly SqliteDeliveryWriter _deliveries = new(
        database.Writer, webhooks ?? new WebhookSubscriptions(time, Randomness.System),
        TimeSpan.FromHours((webhookOptions ?? new WebhookOptions()).RetryHours));

    private OpenAttempts? _counts;

    public ValueTask<long> GetTimeAsync(CancellationToken cancellationToken) => new(Now);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<IReadOnlyList<OwnedShard>> ClaimShardsAsync(string nodeId, string version, CancellationToken cancellationToken)
    {
        _counts?.Forget();
        using var transaction = database.Writer.BeginTransaction();
        database.Writer.Execute(
            """
            DELETE FROM nodes;
            INSERT INTO nodes (id, version, started_at, last_seen_at) VALUES ($id, $version, $now, $now);
            UPDATE shards SET owner = $id, epoch = epoch + 1;
            """,
            transaction,
            ("$id", nodeId), ("$version", version), ("$now", Now));
        transaction.Commit();
        return Task.FromResult<IReadOnlyList<OwnedShard>>(
            database.Writer.Query(row => new OwnedShard(row.GetInt32(0), row.GetInt64(1)), "SELECT id, epoch FROM shards"));
    }

    public Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        using var transaction = Begin();
        var work = new SqliteBatch(_statements, _counts ??= new OpenAttempts(_statements), database.Writer, transaction, Now, _deliveries);
        var results = new OperationResult[batch.Count];
        for (var i = 0; i < results.Length; i++) results[i] = work.Apply(batch[i]);
        work.Flush();
        try
        {
            transaction.Commit();
        }
        catch (SqliteException exception)
        {
            throw new CommitOutcomeUnknownException("The commit failed.", exception);
        }

        _deliveries.Committed();

        return Task.FromResult<IReadOnlyList<OperationResult>>(results);
    }

    private SqliteTransaction Begin()
    {
        try
        {
            return database.Writer.BeginTransaction();
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException("The database is locked or cannot be written.", exception);
        }
    }

    public async Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken)
    {
        var found = await FindAsync(operation.TaskId, cancellationToken);
        return CommitReadBack.Judge(operation, found);
    }

    public Task<TaskDetail?> FindAsync(string taskId, CancellationToken cancellationToken) => Task.FromResult(Find(taskId, null));

    public Task<TaskDetail?> FindOwnAsync(string taskId, string accountId, CancellationToken cancellationToken) => Task.FromResult(Find(taskId, accountId));

    private TaskDetail? Find(string taskId, string? accountId) =>
        database.Read(connection =>
        {
            var task = connection.Query(
                SqliteRows.Task, $"SELECT {SqliteRows.TaskColumns} FROM tasks t WHERE t.id = $id {(accountId is null ? "" : "AND t.account_id = $account")}",
                ("$id", taskId), ("$account", accountId)).FirstOrDefault();
            if (task is null) return null;
            var attempts = connection.Query(
                SqliteRows.Attempt,
                $"SELECT {SqliteRows.AttemptColumns} FROM attempts a WHERE a.task_id = $id ORDER BY a.number",
                ("$id", taskId));
            var assets = connection.Query(
                SqliteRows.Asset, $"SELECT {SqliteRows.AssetColumns} FROM assets WHERE task_id = $id ORDER BY position", ("$id", taskId));
            var inputs = connection.Query(
                SqliteRows.Input, $"SELECT {SqliteRows.InputColumns} FROM task_inputs WHERE task_id = $id ORDER BY position", ("$id", taskId));
            return new TaskDetail(task, attempts, assets) { Inputs = inputs };
        });

    public Task<IReadOnlyList<LiveRow>> LoadLiveAsync(int shard, string? afterId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LiveRow>>(database.Read(connection =>
        {
            var rows = connection.Query(
                row => new LiveRow(
                    SqliteRows.Task(row),
                    row.IsDBNull(SqliteRows.TaskColumnCount) ? null : SqliteRows.Attempt(row, SqliteRows.TaskColumnCount)),
                $"""
                SELECT {SqliteRows.TaskColumns}, {SqliteRows.AttemptColumns}
                FROM tasks t LEFT JOIN attempts a ON a.task_id = t.id AND a.number = t.open_attempt
                WHERE t.shard = $shard AND t.id > $after AND (t.finished_at IS NULL OR t.open_attempt IS NOT NULL)
                ORDER BY t.id LIMIT $limit
                """,
                ("$shard", shard), ("$after", afterId ?? ""), ("$limit", limit));
            if (rows.Count == 0) return rows;
            var inputs = connection.Query(
                SqliteRows.Input,
                $"""
                SELECT {SqliteRows.InputColumns} FROM task_inputs
                WHERE task_id IN (
                    SELECT id FROM tasks
                    WHERE shard = $shard AND id > $after AND id <= $last AND (finished_at IS NULL OR open_attempt IS NOT NULL))
                ORDER BY task_id, position
                """,
                ("$shard", shard), ("$after", afterId ?? ""), ("$last", rows[^1].Task.Id)).ToLookup(input => input.TaskId, StringComparer.Ordinal);
            return inputs.Count == 0 ? rows : [.. rows.Select(row => row with { Inputs = [.. inputs[row.Task.Id]] })];
        }));

    public Task<IReadOnlyList<TaskVersion>> ListIntentsAsync(string nodeId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TaskVersion>>(database.Read(connection => connection.Query(
            row => new TaskVersion(row.GetString(0), row.GetInt64(1)),
            """
            SELECT t.id, t.version FROM tasks t JOIN shards s ON s.id = t.shard
            WHERE (t.cancel_requested_at IS NOT NULL OR t.deleted_at IS NOT NULL)
                AND (t.finished_at IS NULL OR t.open_attempt IS NOT NULL) AND s.owner = $node
            LIMIT $limit
            """,
            ("$node", nodeId), ("$limit", limit))));

    public Task<IReadOnlyList<GenerationTask>> ListAsync(TaskListQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<GenerationTask>>(database.Read(connection => connection.Query(
            SqliteRows.Task,
            $"""
            SELECT {SqliteRows.TaskColumns} FROM tasks t
            WHERE ($all OR t.deleted_at IS NULL)
                {(query.AccountId is null ? "" : "AND t.account_id = $account")}
                {(query.ExternalTaskId is null ? "" : "AND t.external_task_id = $external")}
                {(query.EndUser is null ? "" : "AND t.end_user = $user")}
                {(query.Phase is null ? "" : "AND t.phase = $phase")}
                {(query.AfterId is null ? "" : query.IsDescending ? "AND t.id < $after" : "AND t.id > $after")}
            ORDER BY t.id {(query.IsDescending ? "DESC" : "ASC")} LIMIT $limit
            """,
            ("$all", query.IncludesDeleted), ("$account", query.AccountId), ("$external", query.ExternalTaskId), ("$user", query.EndUser),
            ("$phase", query.Phase?.ToWord()), ("$after", query.AfterId), ("$limit", query.Limit))));

    public Task<AdoptionFacts> FindAdoptionFactsAsync(
        TaskAttempt attempt, IReadOnlyList<string> upstreamIds, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(connection =>
        {
            var adopted = upstreamIds.Where(id => connection.Scalar<long>(
                "SELECT 1 FROM attempts WHERE channel_account = $account AND upstream_id = $id",
                ("$account", attempt.ChannelAccount), ("$id", id)) == 1).ToHashSet(StringComparer.Ordinal);
            var rival = connection.Scalar<long>(
                """
                SELECT 1 FROM attempts
                WHERE channel_account = $account AND fingerprint = $fingerprint AND upstream_id IS NULL
                    AND (outcome IS NULL OR outcome = 'unknown') AND NOT (task_id = $task AND number = $number)
                    AND started_at <= $until + $margin AND send_by >= $from - $margin
                LIMIT 1
                """,
                ("$account", attempt.ChannelAccount), ("$fingerprint", attempt.Fingerprint), ("$task", attempt.TaskId),
                ("$number", attempt.Number), ("$until", attempt.SendBy), ("$from", attempt.StartedAt), ("$margin", RivalMarginMilliseconds)) == 1;
            return new AdoptionFacts(adopted, rival);
        }));

    public async Task<OperationResult?> FindIdempotentAsync(string accountId, IdempotencyClaim claim, CancellationToken cancellationToken) =>
        SqliteIntents.FindClaim(database, accountId, claim.Key, Now) is not { } found ? null
        : found.Fingerprint != claim.Fingerprint ? new OperationResult(OperationOutcome.IdempotencyKeyReused)
        : new OperationResult(OperationOutcome.Replayed, (await FindAsync(found.TaskId, cancellationToken))?.Task);

    public Task<IntentMemory> LoadIntentsAsync(long since, CancellationToken cancellationToken) =>
        Task.FromResult(SqliteIntents.Load(database, since));

    public Task<int> ForgetIntentsAsync(long now, long before, CancellationToken cancellationToken) =>
        Task.FromResult(SqliteIntents.Forget(database, now, before));

    public Task<IReadOnlyList<string>> ListDiscardableAsync(long now, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(database.Read(connection => connection.Query(
            row => row.GetString(0),
            """
            SELECT id FROM tasks WHERE deleted_at IS NOT NULL AND discarded_at IS NULL AND finished_at IS NOT NULL AND open_attempt IS NULL
            UNION
            SELECT id FROM tasks WHERE expires_at <= $now AND discarded_at IS NULL AND finished_at IS NOT NULL AND open_attempt IS NULL
            LIMIT $limit
            """,
            ("$now", now), ("$limit", limit))));

    public void Dispose()
    {
        _statements.Dispose();
        _deliveries.Dispose();
    }
}
