namespace Reelay.Server.Engine.Polling;

/// <summary>Loads what was learned at the start, and writes what has changed every few seconds and at the end: never per task.</summary>
internal sealed partial class DurationKeeper(DurationBook book, SqlDurationStore store, TimeProvider time, ILogger<DurationKeeper> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        book.Load(store.Load());
        return Task.CompletedTask;
    }

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

    /// <summary>Writes what has changed. What cannot be written now is tried again with the next.</summary>
    public void Save()
    {
        var rows = book.TakeChanged();
        if (rows.Count == 0) return;
        try
        {
            store.Save(rows);
        }
        catch (Exception exception)
        {
            book.PutBack(rows);
            LogSaveFailed(exception);
        }
    }

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

    [LoggerMessage(2035, LogLevel.Warning, "What was learned of durations could not be written; it is tried again in five seconds.")]
    private partial void LogSaveFailed(Exception exception);
}
