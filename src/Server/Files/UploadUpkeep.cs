namespace Reelay.Server.Files;

/// <summary>Runs what cleans up after uploads, once the server listens: one that could not begin must not have removed anything.</summary>
internal sealed class UploadUpkeep(FileJanitor janitor, OrphanSweep sweep) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loops = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _loops = Task.WhenAll(RunAsync(janitor.RunAsync), RunAsync(sweep.RunAsync));
        return Task.CompletedTask;
    }

    // Both loops log what fails and go on, so that only a stop ends them.
    private async Task RunAsync(Func<CancellationToken, Task> loop)
    {
        await Task.Yield();
        try
        {
            await loop(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The usual end.
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loops.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
