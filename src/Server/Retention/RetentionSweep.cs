using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Retention;

/// <summary>
/// Removes prompts and inputs of finished orders once their account's period is over, and those of deleted orders. Files go first, then what
/// names them, so that a crash repeats the work. Results have a moment of their own, which callers are told: <c>AssetJanitor</c>.
/// </summary>
internal sealed partial class RetentionSweep(
    IRetentionStore store, IAssetStore assets, TaskReader reader, RetentionSettings usual, TimeProvider time,
    ILogger<RetentionSweep> logger) : IHostedLifecycleService, IDisposable
{
    private const int PageSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    // Something was removed since the log of the store was last emptied. At the start nobody knows.
    private bool _isScrubDue = true;

    /// <summary>Removes all that is due.</summary>
    /// <returns>How many tasks lost words or inputs.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (store.ListWithWords(Now, usual.Prompts, PageSize) is { Count: > 0 } due)
        {
            cancellationToken.ThrowIfCancellationRequested();
            store.RemoveWords(due, Now);
            count += Done(due);
        }

        while (store.ListWithInputs(Now, usual.Inputs, PageSize) is { Count: > 0 } due)
        {
            foreach (var inputs in due) await DeleteAsync(inputs, cancellationToken);
            var ids = due.Select(inputs => inputs.TaskId).ToList();
            store.RemoveInputs(ids, Now);
            count += Done(ids);
        }

        if (_isScrubDue && store.TryScrub()) _isScrubDue = false;
        return count;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task DeleteAsync(TaskInputs inputs, CancellationToken cancellationToken)
    {
        await assets.DeleteFolderAsync(OrderInputs.Folder(inputs.TaskId), cancellationToken);
        foreach (var key in inputs.Keys) await assets.DeleteAsync(key, cancellationToken);
    }

    private int Done(IReadOnlyList<string> ids)
    {
        _isScrubDue = true;
        foreach (var id in ids) reader.Forget(id);
        return ids.Count;
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await SweepAsync(_stop.Token) is > 0 and var count) LogSwept(count);
                await Task.Delay(Pause, time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception);
                if (!await PauseAsync()) return;
            }
        }
    }

    private async Task<bool> PauseAsync()
    {
        try
        {
            await Task.Delay(Pause, time, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Runs once the server listens: one that could not begin must not have removed anything.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2320, LogLevel.Information, "Words or inputs of {Count} orders were removed after their period.")]
    private partial void LogSwept(int count);

    [LoggerMessage(2321, LogLevel.Error, "Removing words and inputs of orders failed; it is tried again in a minute.")]
    private partial void LogFailed(Exception exception);
}
