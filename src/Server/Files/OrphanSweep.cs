using Reelay.Server.Assets;

namespace Reelay.Server.Files;

/// <summary>
/// Removes folders of inputs, files and characters that no row names: what a crash between the write of the bytes and the write of the row
/// leaves behind, or what could not be removed in its time.
/// </summary>
/// <remarks>
/// Why nothing is lost. A folder belongs to one request and its name is never used again. First the store is listed; then a folder is passed over
/// if a request of this process has it open, or if anything in it changed within a day; only then are the rows read, and only what no row names
/// is removed. A request opens its folder before it makes it and closes it after its row is committed. So a folder that was listed and is not
/// open has a request behind it that has ended, and whose row, if there is one, is read; or a request of a process that is dead, and then its row
/// was committed long ago or never will be. The day covers what this process cannot see: a commit whose answer was lost, the clock of a file
/// server, and writers that do not use <see cref="UploadFolders"/>, the engine among them. Where several nodes share a store it is the only
/// protection of another node's uploads.
/// </remarks>
internal sealed partial class OrphanSweep(
    IAssetStore assets, UploadFolders uploads, INamedAssets rows, TimeProvider time, ILogger<OrphanSweep> logger)
{
    /// <summary>Where requests keep what they bring; each folder below has one request's files.</summary>
    public static readonly IReadOnlyList<string> Roots = ["inputs", "files", "characters"];

    /// <summary>How long a folder must have been left alone.</summary>
    public static readonly TimeSpan SafeAge = TimeSpan.FromDays(1);

    private const int MaxCandidates = 100_000;
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    /// <summary>Sweeps at once and then daily, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var count = await SweepAsync(cancellationToken);
                if (count > 0) LogSwept(count);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Sweeps once.</summary>
    /// <returns>How many folders were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - SafeAge;
        var candidates = new HashSet<string>(StringComparer.Ordinal);
        var count = 0;
        foreach (var root in Roots)
        {
            await foreach (var folder in assets.ListFoldersAsync(root, cancellationToken))
            {
                if (folder.ChangedAt > limit || uploads.IsOpen(folder.Folder)) continue;
                candidates.Add(folder.Folder);
                if (candidates.Count == MaxCandidates) count += await RemoveAsync(candidates, cancellationToken);
            }
        }

        return candidates.Count == 0 ? count : count + await RemoveAsync(candidates, cancellationToken);
    }

    private async Task<int> RemoveAsync(HashSet<string> candidates, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var key in rows.ListKeysAsync(cancellationToken))
        {
            if (FolderOf(key) is { } named) candidates.Remove(named);
        }

        foreach (var folder in candidates)
        {
            try
            {
                await assets.DeleteFolderAsync(folder, cancellationToken);
                count++;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogKept(folder, exception);
            }
        }

        candidates.Clear();
        return count;
    }

    // The root and the request's folder; keys may lie deeper. Null for keys that lie elsewhere.
    private static string? FolderOf(string key)
    {
        var first = key.IndexOf('/');
        var second = first < 0 ? -1 : key.IndexOf('/', first + 1);
        return second < 0 ? null : key[..second];
    }

    [LoggerMessage(2110, LogLevel.Information, "{Count} folders of uploads that nobody refers to were removed.")]
    private partial void LogSwept(int count);

    [LoggerMessage(2111, LogLevel.Error, "Looking for uploads that nobody refers to failed; it is tried again tomorrow.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2112, LogLevel.Warning, "The folder {Folder}, which nobody refers to, could not be removed.")]
    private partial void LogKept(string folder, Exception exception);
}
