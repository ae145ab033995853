namespace Reelay.Server.Accounts;

/// <summary>Writes once a minute, and at the end, when keys were used last: beside the requests, never in one.</summary>
internal sealed partial class KeyUseKeeper(KeyUses uses, IKeyStore store, TimeProvider time, ILogger<KeyUseKeeper> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        Save();
    }

    /// <summary>Writes what was noted since the last time. What cannot be written is lost: the next use is noted again.</summary>
    public void Save()
    {
        var used = uses.Take();
        if (used.Count == 0) return;
        try
        {
            store.NoteUses(used);
        }
        catch (Exception exception)
        {
            LogSaveFailed(exception);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, time, cancellationToken);
                Save();
            }
        }
        catch (OperationCanceledException)
        {
            // The usual end.
        }
    }

    [LoggerMessage(2190, LogLevel.Warning, "When keys were used last could not be written.")]
    private partial void LogSaveFailed(Exception exception);
}
