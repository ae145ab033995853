using Reelay.Server.Assets;

namespace Reelay.Server.Files;

/// <summary>Removes deleted and expired files: first the bytes, then the row, so that a crash repeats the work.</summary>
internal sealed partial class FileJanitor(IFileStore store, IAssetStore assets, TimeProvider time, ILogger<FileJanitor> logger)
{
    private const int PageSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private TaskCompletionSource _woken = NewSignal();

    // No index leads to deleted rows, which are few and short-lived: they are looked for when one was made, at the start, and after a failure.
    private bool _mayHaveDeleted = true;

    /// <summary>A file was deleted: look soon.</summary>
    public void Wake()
    {
        Volatile.Write(ref _mayHaveDeleted, true);
        Volatile.Read(ref _woken).TrySetResult();
    }

    /// <summary>Cleans up until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var signal = Volatile.Read(ref _woken).Task;
            if (await CleanAsync(cancellationToken)) continue;
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
            var more = await RemoveAsync(await store.ListExpiredAsync(PageSize, cancellationToken), cancellationToken);
            if (!Interlocked.Exchange(ref _mayHaveDeleted, false)) return more;
            if (await RemoveAsync(await store.ListDeletedAsync(PageSize, cancellationToken), cancellationToken))
            {
                more = true;
                Volatile.Write(ref _mayHaveDeleted, true);
            }

            return more;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Volatile.Write(ref _mayHaveDeleted, true);
            LogFailed(exception);
            return false;
        }
    }

    private async Task<bool> RemoveAsync(IReadOnlyList<StoredFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await assets.DeleteFolderAsync(file.Key[..file.Key.LastIndexOf('/')], cancellationToken);
            await store.RemoveAsync(file.Id, cancellationToken);
        }

        return files.Count == PageSize;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(2120, LogLevel.Error, "Removing deleted or expired files failed; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
