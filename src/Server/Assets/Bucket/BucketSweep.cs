namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// Ends uploads in parts that nobody goes on with: what a process that died while it wrote leaves behind. They are seen by nobody, and paid for.
/// </summary>
/// <remarks>
/// Why nothing that is being written is lost. An upload of this process is passed over, since it is on <see cref="BucketUploads"/>'s list from
/// before it is begun until after it has ended; the list is looked at after the bucket was asked, so that no upload is in the answer and not yet
/// on the list. An upload of another process is ended only if it was neither begun nor given a part within a day, by the clock of the service:
/// a writer gives it one with every 8 MiB, and no source may be that slow: a caller's body brings <c>Reelay:Limits:MinBytesPerSecond</c> (240,
/// which makes 8 MiB in less than ten hours; below 100 is for a node alone), a result or a link ends after <c>Reelay:Engine:FetchSeconds</c> or <c>InputFetchSeconds</c>, a day
/// at most. A writer whose upload was ended all the same fails, and keeps nothing: ending one is no way to lose bytes that somebody was told of,
/// since nobody is told before the object is there.
/// </remarks>
internal sealed partial class BucketSweep(BucketClient client, BucketUploads uploads, TimeProvider time, ILogger<BucketSweep> logger)
    : BackgroundService
{
    /// <summary>How long an upload must have been left alone.</summary>
    public static readonly TimeSpan SafeAge = TimeSpan.FromDays(1);

    private static readonly TimeSpan Pause = TimeSpan.FromHours(6);

    private readonly BucketFolders _folders = new(client);

    /// <summary>Sweeps once.</summary>
    /// <returns>How many uploads were ended.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - SafeAge;
        var found = await _folders.ListUnfinishedAsync(client.NameOf(""), cancellationToken).ToListAsync(cancellationToken);
        var count = 0;
        foreach (var upload in found)
        {
            if (uploads.IsOpen(upload.ObjectName) || upload.BegunAt > limit) continue;
            if (await _folders.ChangedAtAsync(upload, cancellationToken) > limit) continue;
            await _folders.AbortAsync(upload, cancellationToken);
            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await SweepAsync(stoppingToken) is > 0 and var count) LogSwept(count);
            }
            catch (AssetStoreAwayException)
            {
                // The log says that it is away; the next sweep does the rest.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(4252, LogLevel.Information, "{Count} uploads to the bucket that nobody went on with were ended.")]
    private partial void LogSwept(int count);

    [LoggerMessage(4253, LogLevel.Error, "Looking for uploads to the bucket that nobody goes on with failed; it is tried again in six hours.")]
    private partial void LogFailed(Exception exception);
}
