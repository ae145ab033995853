using Reelay.Server.Assets;
using Reelay.Server.Assets.Variants;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Removes the files of deleted and expired tasks: first the files, then the note that they are gone, so a crash repeats the work.</summary>
internal sealed partial class AssetJanitor(
    ITaskStore store, GroupCommitter committer, IAssetStore assets, IVariantWrites variants, TimeProvider time,
    ILogger<AssetJanitor> logger)
{
    private const int PageSize = 200;

    // Where uploads of orders lie. Whatever else an order names in the store (a file of the account, another task's result) lives on.
    private const string UploadFolder = "inputs/";
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private TaskCompletionSource _woken = NewSignal();

    /// <summary>Called with each task whose files were removed, so that caches forget them.</summary>
    public Action<string>? Discarded { get; set; }

    /// <summary>Something was deleted: look soon instead of within a minute.</summary>
    public void Wake() => Volatile.Read(ref _woken).TrySetResult();

    /// <summary>Cleans up until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var signal = Volatile.Read(ref _woken).Task;
            var more = await CleanAsync(cancellationToken);
            if (more) continue;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal, Task.Delay(Pause, time, stop.Token));
            await stop.CancelAsync();
            if (signal.IsCompleted) Volatile.Write(ref _woken, NewSignal());
        }
    }

    /// <summary>Removes one page of files.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> CleanAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await store.ForgetIntentsAsync(now, now - (long)Api.Intents.IntentBook.RetryWindow.TotalMilliseconds, cancellationToken);
            var ids = await store.ListDiscardableAsync(now, PageSize, cancellationToken);
            foreach (var id in ids) await DiscardAsync(id, now, cancellationToken);
            return ids.Count == PageSize;
        }
        catch (StoreUnavailableException) when (committer.IsCompleted)
        {
            // The server is stopping; its next start does the rest.
            return false;
        }
        catch (AssetStoreAwayException)
        {
            // The log says once that it is away; the next round does the rest.
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
            return false;
        }
    }

    private async Task DiscardAsync(string id, long now, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } found) return;

        // Who asks for a variant from here on sees that the task is gone.
        await variants.AwaitWritesAsync(cancellationToken);
        await assets.DeleteFolderAsync(id, cancellationToken);
        foreach (var input in found.Task.Order.Media)
        {
            if (input.AssetKey.StartsWith(UploadFolder, StringComparison.Ordinal)) await assets.DeleteAsync(input.AssetKey, cancellationToken);
        }

        await committer.WriteAsync(new StoreOperation.Discard(id, now));
        Discarded?.Invoke(id);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(2070, LogLevel.Error, "Removing files of deleted or expired tasks failed; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
