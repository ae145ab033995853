using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>The store on one SQLite file: a cluster of one node, whose leases need no clock.</summary>
/// <remarks>Calls run to their end on the caller's thread: SQLite has no asynchronous interface, and one fsync is what a caller waits for anyway.</remarks>
internal sealed class SqliteTaskStore(
    SqliteDatabase database, TimeProvider time, WebhookSubscriptions? webhooks = null, WebhookOptions? webhookOptions = null)
    : SqlTaskStore(database), IDisposable
{
    private readonly SqliteStatements _statements = new(database.Writer);
    private readonly WebhookSubscriptions _webhooks = webhooks ?? new WebhookSubscriptions(time, Randomness.System);
    private readonly TimeSpan _webhookRetryTime = TimeSpan.FromHours((webhookOptions ?? new WebhookOptions()).RetryHours);

    private OpenAttempts? _counts;

    public override ValueTask<long> GetTimeAsync(CancellationToken cancellationToken) => new(Now);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        using var transaction = Begin();
        var rows = new SqliteBatchRows(_statements, _counts ??= new OpenAttempts(_statements), database.Writer, transaction, Now);
        var work = new StoreBatch(rows, _webhooks, _webhookRetryTime);
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

        if (work.HasDeliveries) _webhooks.Signal.Set();
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

    public void Dispose() => _statements.Dispose();
}
