namespace Reelay.Simulation.Scheduling;

/// <summary>
/// Makes the thread pool take turns with the simulation's thread: what libraries hand to the pool runs when it is asked to, on one thread,
/// in the order in which it came, and never beside anything else.
/// </summary>
/// <remarks>
/// Code of ours goes on where its context says, which is the scheduler. Code of the framework that awaits without a context goes on in the
/// pool; with one processor and one pool thread, parked here between turns, that is as repeatable as everything else.
/// </remarks>
internal sealed class ThreadPoolGate : IDisposable
{
    private readonly AutoResetEvent _go = new(false);
    private readonly AutoResetEvent _quiet = new(false);

    /// <summary>Parks the pool's thread.</summary>
    /// <exception cref="InvalidOperationException">The process was not started with one processor.</exception>
    public ThreadPoolGate()
    {
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(1, 1))
            throw new InvalidOperationException("DOTNET_PROCESSOR_COUNT must be 1: only then can the thread pool have a single thread.");
        Queue();
        _quiet.WaitOne();
    }

    /// <summary>Runs what waits in the pool, and what comes of it, until nothing is left. The calling thread stands still meanwhile.</summary>
    public void RunPending()
    {
        while (ThreadPool.PendingWorkItemCount > 0)
        {
            _go.Set();
            _quiet.WaitOne();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _go.Dispose();
        _quiet.Dispose();
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Park(), this, preferLocal: false);

    private void Park()
    {
        if (ThreadPool.PendingWorkItemCount == 0)
        {
            _quiet.Set();
            _go.WaitOne();
        }

        // Behind everything that waits by now.
        Queue();
    }
}
