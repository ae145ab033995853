namespace Reelay.Server.Assets.Variants;

/// <summary>The gate between those who write variants and those who remove a task's files.</summary>
internal interface IVariantWrites
{
    /// <summary>Returns when nothing is being written that was allowed before the call. What is asked for later sees that the task is gone.</summary>
    Task AwaitWritesAsync(CancellationToken cancellationToken);
}

/// <summary>Gives the variants of outputs: each is made once, when first asked for, whoever and however many ask.</summary>
/// <remarks>
/// A render belongs to nobody: a request that leaves takes nothing away from the others. A variant is written only while the task's files
/// are kept, under a gate that the janitor passes before it removes them; so no file appears behind a removal.
/// </remarks>
internal sealed partial class VariantMaker(
    IVariantStore store, IAssetStore assets, VariantRenderer renderer, VariantOptions options, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<VariantMaker> logger) : IVariantWrites, IAsyncDisposable
{
    private const long MaxPictureBytes = 16L << 20;

    private readonly Lock _lock = new();
    private int _isDisposed;
    private readonly Dictionary<(string TaskId, int Position, VariantKind Kind), Task<VariantResult>> _renders = [];
    private readonly SemaphoreSlim _slots = new(options.MaxRenders);
    private readonly SemaphoreSlim _writing = new(1);

    // From the stop's beginning on: whoever waits gets an answer at once and can ask elsewhere.
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);

    /// <summary>The variant, made now if need be.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="cancellationToken">Ends the waiting, not the render.</param>
    public async Task<VariantResult> FindOrMakeAsync(VariantOrder order, CancellationToken cancellationToken)
    {
        if (await FindAsync(order, cancellationToken) is { } made) return made;
        return await Join(order).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task AwaitWritesAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        _writing.Release();
    }

    /// <summary>Ends what is being made.</summary>
    public async ValueTask DisposeAsync()
    {
        // Registered under two types, it is disposed twice.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stop.CancelAsync();
        Task[] running;
        lock (_lock) running = [.. _renders.Values];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _slots.Dispose();
        _writing.Dispose();
    }

    private async ValueTask<VariantResult?> FindAsync(VariantOrder order, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(order.Source.TaskId, order.Source.Position, order.Kind, cancellationToken);
        return found is null ? null : new VariantResult(VariantOutcome.Made, found);
    }

    private Task<VariantResult> Join(VariantOrder order)
    {
        var key = (order.Source.TaskId, order.Source.Position, order.Kind);
        lock (_lock)
        {
            if (_renders.TryGetValue(key, out var running)) return running;
            if (_stop.IsCancellationRequested) return Task.FromResult(new VariantResult(VariantOutcome.Stopping));
            if (_renders.Count >= options.MaxWaiting) return Task.FromResult(new VariantResult(VariantOutcome.Busy));
            return _renders[key] = RunAsync();
        }

        async Task<VariantResult> RunAsync()
        {
            // Away from the lock, and from the request that happened to be first.
            await Task.Yield();
            try
            {
                return await InTurnAsync(order);
            }
            finally
            {
                lock (_lock) _renders.Remove(key);
            }
        }
    }

    private async Task<VariantResult> InTurnAsync(VariantOrder order)
    {
        var isHeld = false;
        try
        {
            await _slots.WaitAsync(_stop.Token);
            isHeld = true;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.RenderSeconds), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            return await MakeAsync(order, either.Token);
        }
        catch (OperationCanceledException)
        {
            if (_stop.IsCancellationRequested) return new VariantResult(VariantOutcome.Stopping);
            return Refuse(order, new VariantException("The picture took too long to make.", $"It took longer than {options.RenderSeconds} s."));
        }
        catch (VariantException exception)
        {
            return Refuse(order, exception);
        }
        finally
        {
            if (isHeld) _slots.Release();
        }
    }

    private async Task<VariantResult> MakeAsync(VariantOrder order, CancellationToken cancellationToken)
    {
        // Once more: a render of the same may have ended between the first look and this one.
        if (await FindAsync(order, cancellationToken) is { } made) return made;
        using var picture = await renderer.RenderAsync(order, cancellationToken);
        return picture is null ? new VariantResult(VariantOutcome.Gone) : await KeepAsync(order, picture, cancellationToken);
    }

    private async Task<VariantResult> KeepAsync(VariantOrder order, RenderedPicture picture, CancellationToken cancellationToken)
    {
        var taskId = order.Source.TaskId;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!await store.IsKeptAsync(taskId, cancellationToken)) return new VariantResult(VariantOutcome.Gone);
            await using var content = picture.Open();
            var file = await assets.WriteAsync(taskId + "/variants", content, MaxPictureBytes, cancellationToken);
            var variant = new AssetVariant(
                taskId, order.Source.Position, order.Kind, file.Key, order.ContentType, file.SizeBytes, file.Sha256,
                time.GetUtcNow().ToUnixTimeMilliseconds());
            var recorded = await store.RecordAsync(variant, CancellationToken.None);

            // Another node was first, or the task went meanwhile: a file that no row names would never be removed.
            if (recorded?.Key != file.Key) await assets.DeleteAsync(file.Key, CancellationToken.None);
            return recorded is null ? new VariantResult(VariantOutcome.Gone) : new VariantResult(VariantOutcome.Made, recorded);
        }
        finally
        {
            _writing.Release();
        }
    }

    private VariantResult Refuse(VariantOrder order, VariantException exception)
    {
        LogFailed(order.Kind.ToWord(), order.Source.TaskId, order.Source.Position, exception.Detail);
        return new VariantResult(VariantOutcome.Unavailable, Reason: exception.Message);
    }

    [LoggerMessage(4200, LogLevel.Warning, "No {Kind} of output {Position} of task {TaskId}: {Reason}")]
    private partial void LogFailed(string kind, string taskId, int position, string reason);
}
