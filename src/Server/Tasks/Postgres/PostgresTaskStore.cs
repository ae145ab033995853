using Npgsql;
using Reelay.Server.Storage;
using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>The store on PostgreSQL: two round trips for a batch, the second with the commit.</summary>
internal sealed partial class PostgresTaskStore(
    PostgresDatabase database, WebhookSubscriptions webhooks, WebhookOptions webhookOptions, ClusterSignals? signals = null) : SqlTaskStore(database)
{
    // Somebody else's row came between the look and the write: the second look sees it.
    private const int MaxTries = 4;

    private readonly PostgresDatabase _database = database;
    private readonly PostgresViews _views = new(database);
    private readonly TimeSpan _webhookRetryTime = TimeSpan.FromHours(webhookOptions.RetryHours);

    public override async ValueTask<long> GetTimeAsync(CancellationToken cancellationToken) =>
        await _database.ReadAsync(
            async connection => (await connection.QueryAsync(row => row.GetInt64(0), $"SELECT {PostgresBatchRows.Clock}"))[0], cancellationToken);

    public override Task<TaskView?> ViewAsync(string taskId, string? accountId, CancellationToken cancellationToken) =>
        _views.FindAsync(taskId, accountId).WaitAsync(cancellationToken);

    public override async Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        for (var left = MaxTries; ; left--)
        {
            try
            {
                return await RunAsync(batch, cancellationToken);
            }
            catch (PostgresException exception) when (IsRace(exception) && batch.Count == 1 && left > 1)
            {
                // Nothing was written; alone it is looked at once more. A larger batch is taken apart by whoever made it.
            }
            catch (PostgresException exception) when (!IsRace(exception) && StoreErrors.IsAway(exception))
            {
                throw new StoreUnavailableException("The database could not take the write.", exception);
            }
        }
    }

    /// <summary>
    /// The connection whose answer was lost may still be committing. It holds the rows it writes; so they are locked once, which waits for its
    /// end, and what is found then is final.
    /// </summary>
    public override async Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken)
    {
        var accountId = operation is StoreOperation.Create create ? create.Task.AccountId : "";
        await using (var connection = await _database.OpenFencedAsync(cancellationToken))
        {
            await using var wait = new NpgsqlBatch(connection);
            foreach (var (sql, id) in ((string, string)[])
                [
                    ("SELECT 1 FROM accounts WHERE id = $1 FOR NO KEY UPDATE", accountId), ("SELECT 1 FROM tasks WHERE id = $1 FOR NO KEY UPDATE", operation.TaskId),
                ])
            {
                wait.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter { Value = id } } });
            }

            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        return await base.ReadBackAsync(operation, cancellationToken);
    }

    private async Task<IReadOnlyList<OperationResult>> RunAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var writes = new PostgresWrites();
        var rows = new PostgresBatchRows(writes);
        using var look = new PostgresLook(connection);
        rows.LookAt(look, batch, webhooks.Known);
        await LookAsync(look, cancellationToken);

        var work = new StoreBatch(rows, webhooks, _webhookRetryTime);
        var results = new OperationResult[batch.Count];
        for (var i = 0; i < results.Length; i++) results[i] = work.Apply(batch[i]);
        work.Flush();
        await CommitAsync(connection, writes, cancellationToken);
        if (work.HasDeliveries) webhooks.Signal.Set();
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].IsApplied && SignalOf(batch[i]) is { } signal) signals?.Tell(signal, batch[i].TaskId);
        }

        return results;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _database.OpenFencedAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreUnavailableException("The database cannot be reached.", exception);
        }
    }

    private static async Task LookAsync(PostgresLook look, CancellationToken cancellationToken)
    {
        try
        {
            await look.RunAsync(cancellationToken);
        }
        catch (NpgsqlException exception) when (exception is not PostgresException)
        {
            throw new StoreUnavailableException("The database went away before anything was written.", exception);
        }
    }

    private static async Task CommitAsync(NpgsqlConnection connection, PostgresWrites writes, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        writes.AddTo(batch);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException exception) when (exception is not PostgresException { Severity: "ERROR" })
        {
            // No answer, or one that ends the session: the server may have committed before.
            throw new CommitOutcomeUnknownException("Nobody can tell whether the batch was written.", exception);
        }
    }

    private static Signal? SignalOf(StoreOperation operation) => operation switch
    {
        StoreOperation.Intent { Id.Length: > 0 } => Signal.Task,
        StoreOperation.Post => Signal.Mail,
        StoreOperation.Discard => Signal.Ended,
        _ => null,
    };

    // A row that another node has just inserted, or locks that were taken in another order.
    private static bool IsRace(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
