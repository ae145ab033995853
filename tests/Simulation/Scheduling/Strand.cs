namespace Reelay.Simulation.Scheduling;

/// <summary>Where the code of one side (a server's process, the upstreams, the callers) goes on. A killed one never runs again.</summary>
internal sealed class Strand(Scheduler scheduler, string name) : SynchronizationContext
{
    /// <summary>Name in the trace.</summary>
    public string Name => name;

    /// <summary>Whether it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>What is under way stays where it is, for ever: no cleaning up, no farewell.</summary>
    public void Kill() => IsDead = true;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => scheduler.Enqueue(this, d, state);

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here waits for another strand.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Begins an asynchronous action here.</summary>
    /// <returns>Its end; never, if the strand is killed before.</returns>
    public Task StartAsync(Func<Task> action)
    {
        var done = new TaskCompletionSource();
        Post(async _ =>
        {
            try
            {
                await action();
                done.TrySetResult();
            }
            catch (Exception exception)
            {
                done.TrySetException(exception);
            }
        }, null);
        return done.Task;
    }
}
