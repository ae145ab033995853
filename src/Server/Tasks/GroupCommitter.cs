using System.Threading.Channels;

namespace Reelay.Server.Tasks;

/// <summary>Collects writes into batches: while one batch is being made durable the next one fills. An idle committer adds no delay.</summary>
/// <remarks>
/// Not a thread: <see cref="RunAsync"/> is an awaitable loop that its owner starts. A batch holds at most one operation per task;
/// further ones wait for the next batch, in order.
/// </remarks>
internal sealed class GroupCommitter(ITaskStore store)
{
    /// <summary>Most operations in one transaction.</summary>
    public const int MaxBatchCount = 512;

    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly Queue<Pending> _postponed = new();

    /// <summary>Writes one operation; completes when it is durable or refused.</summary>
    /// <exception cref="StoreUnavailableException">It was not written, or nobody can tell.</exception>
    public Task<OperationResult> WriteAsync(StoreOperation operation)
    {
        var pending = new Pending(operation);
        if (!_queue.Writer.TryWrite(pending)) throw new StoreUnavailableException("The server is stopping.", null);
        return pending.Done.Task;
    }

    /// <summary>Writes batches until <see cref="Complete"/> was called and everything is written.</summary>
    public async Task RunAsync()
    {
        var batch = new List<Pending>(MaxBatchCount);
        while (_postponed.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            Fill(batch);
            await WriteBatchAsync(batch);
            batch.Clear();
        }
    }

    /// <summary>Whether the last write failed because the store could not take it.</summary>
    public bool IsStoreAway { get; private set; }

    /// <summary>Tries whether a write can begin: marks a task that cannot exist, which changes nothing.</summary>
    /// <exception cref="StoreUnavailableException">It cannot.</exception>
    public Task ProbeAsync() => WriteAsync(new StoreOperation.Intent("", null, IsDelete: false, 0));

    /// <summary>Whether it takes no more operations.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Takes no more operations; <see cref="RunAsync"/> ends once the last one is written.</summary>
    public void Complete()
    {
        IsCompleted = true;
        _queue.Writer.TryComplete();
    }

    private void Fill(List<Pending> batch)
    {
        var tasks = new HashSet<string>(StringComparer.Ordinal);
        for (var waiting = _postponed.Count; waiting > 0; waiting--) Place(_postponed.Dequeue());
        while (batch.Count < MaxBatchCount && _queue.Reader.TryRead(out var pending)) Place(pending);

        void Place(Pending pending)
        {
            if (batch.Count < MaxBatchCount && tasks.Add(pending.Operation.TaskId)) batch.Add(pending);
            else _postponed.Enqueue(pending);
        }
    }

    private async Task WriteBatchAsync(List<Pending> batch)
    {
        try
        {
            var results = await store.CommitAsync([.. batch.Select(pending => pending.Operation)], CancellationToken.None);
            IsStoreAway = false;
            for (var i = 0; i < batch.Count; i++) batch[i].Done.TrySetResult(results[i]);
        }
        catch (CommitOutcomeUnknownException)
        {
            foreach (var pending in batch) await ResolveAsync(pending);
        }
        catch (StoreUnavailableException exception)
        {
            IsStoreAway = true;
            foreach (var pending in batch) pending.Done.TrySetException(exception);
        }
        catch (Exception) when (batch.Count > 1)
        {
            // One bad operation must not take the others down with it: each runs alone and answers for itself.
            foreach (var pending in batch) await WriteBatchAsync([pending]);
        }
        catch (Exception exception)
        {
            IsStoreAway = true;
            batch[0].Done.TrySetException(new StoreUnavailableException("The write failed.", exception));
        }
    }

    // The commit's own answer was lost, so the store is asked. What was surely not written runs once more, alone.
    private async Task ResolveAsync(Pending pending)
    {
        try
        {
            var result = await store.ReadBackAsync(pending.Operation, CancellationToken.None)
                ?? (await store.CommitAsync([pending.Operation], CancellationToken.None))[0];
            pending.Done.TrySetResult(result);
        }
        catch (Exception exception)
        {
            IsStoreAway = true;
            pending.Done.TrySetException(new StoreUnavailableException("The store could not tell whether the write took effect.", exception));
        }
    }

    private sealed class Pending(StoreOperation operation)
    {
        public StoreOperation Operation { get; } = operation;

        public TaskCompletionSource<OperationResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>The store did not take a write, or could not say whether it did.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner);
