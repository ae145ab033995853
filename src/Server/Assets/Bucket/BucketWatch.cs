namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// Tries the bucket before anything else begins, and looks every two seconds for its return while it is away. A bucket that only does not
/// answer keeps no server from starting: reads of the database, and orders that wait, need none.
/// </summary>
internal sealed partial class BucketWatch(BucketProbe probe, AssetStoreState state, TimeProvider time, ILogger<BucketWatch> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <exception cref="BucketRefusedException">The settings are wrong.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (await probe.RunAsync(cancellationToken) is not { } fault) return;
        if (fault.IsFinal) throw new BucketRefusedException(fault.Message);
        state.NoteAway(fault.Message);
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync();
        return Task.CompletedTask;
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync()
    {
        while (true)
        {
            await state.WhenAway.WaitAsync(_stop.Token);
            await Task.Delay(Pause, time, _stop.Token);
            try
            {
                if (await probe.RunAsync(_stop.Token) is null) state.NoteBack();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(4254, LogLevel.Error, "Looking whether the bucket is back failed; it is tried again in two seconds.")]
    private partial void LogFailed(Exception exception);
}
