namespace Reelay.Server.Storage;

/// <summary>Writes what gathers in memory every so often and once more at the end: beside the requests, never in one.</summary>
/// <param name="pause">Between two writes.</param>
/// <param name="time">The clock.</param>
internal abstract class PeriodicKeeper(TimeSpan pause, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Writes what has changed since the last time. Does not throw.</summary>
    public abstract void Save();

    /// <inheritdoc/>
    public virtual Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        Save();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(pause, time, cancellationToken);
                Save();
            }
        }
        catch (OperationCanceledException)
        {
            // The usual end.
        }
    }
}
