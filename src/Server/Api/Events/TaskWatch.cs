using System.Runtime.CompilerServices;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Events;

/// <summary>
/// Waits for tasks to change. While this node drives a task, its commits wake the waiters and nothing looks at the store; any other task
/// is read again each second.
/// </summary>
internal sealed class TaskWatch
{
    /// <summary>Waiters at once; whoever comes beyond them is answered at once, as if its time were over.</summary>
    public const int MaxWatchers = 100_000;

    private static readonly TimeSpan RereadPause = TimeSpan.FromSeconds(1);

    private readonly TaskEngine _engine;
    private readonly TaskReader _reader;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private int _count;

    public TaskWatch(TaskEngine engine, TaskReader reader, TimeProvider time, IHostApplicationLifetime lifetime) =>
        (_engine, _reader, _time, _stopping) = (engine, reader, time, lifetime.ApplicationStopping);

    /// <summary>Who waits now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Waits until a task is terminal, its time is over, the caller has left or the server stops.</summary>
    /// <returns>The task as it is then, or null if it was deleted.</returns>
    public async Task<Snapshot?> UntilTerminalAsync(Snapshot found, TimeSpan patience, CancellationToken aborted)
    {
        if (found.Task.Phase.IsTerminal()) return found;
        using var watcher = Enter(found.Task, aborted);
        var began = _time.GetTimestamp();
        while (true)
        {
            // The promise first: a change between the read and the wait must wake it.
            var changed = watcher.Changed();
            var now = await watcher.ReadAsync();
            if (now is null || now.Task.Phase.IsTerminal()) return now;
            var left = patience - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || watcher.IsOver) return now;
            await watcher.WaitAsync(changed, left);
        }
    }

    /// <summary>Begins to watch a task; the watcher must be disposed.</summary>
    /// <param name="task">The task as it was found for its account.</param>
    /// <param name="aborted">Says that the caller has left.</param>
    public Watcher Enter(GenerationTask task, CancellationToken aborted) => new(this, task, aborted);

    /// <summary>Somebody who waits for one task.</summary>
    internal sealed class Watcher : IDisposable
    {
        private readonly TaskWatch _watch;
        private readonly string _id;
        private readonly string _accountId;
        private readonly CancellationTokenSource _over;

        public Watcher(TaskWatch watch, GenerationTask task, CancellationToken aborted)
        {
            (_watch, _id, _accountId) = (watch, task.Id, task.AccountId);
            _over = CancellationTokenSource.CreateLinkedTokenSource(aborted, watch._stopping);
            if (Interlocked.Increment(ref watch._count) > MaxWatchers) _over.Cancel();
        }

        /// <summary>Whether waiting has no sense any more: the caller left, the server stops, or there are too many.</summary>
        public bool IsOver => _over.IsCancellationRequested;

        /// <summary>Completes with the next change; null while this node does not drive the task.</summary>
        public Task? Changed() => _watch._engine.Find(_id)?.Changed();

        /// <summary>The task now, or null if it was deleted.</summary>
        public ValueTask<Snapshot?> ReadAsync() => _watch._reader.FindAsync(_id, _accountId);

        /// <summary>Waits for a change, for so long at most, or until waiting has no sense any more. Never throws.</summary>
        public ConfiguredTaskAwaitable WaitAsync(Task? changed, TimeSpan limit)
        {
            var waited = changed is not null ? changed.WaitAsync(limit, _watch._time, _over.Token)
                : Task.Delay(limit < RereadPause ? limit : RereadPause, _watch._time, _over.Token);

            // Handed on, not awaited here: thousands wait, and each frame is kept for each of them.
            return waited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public void Dispose()
        {
            Interlocked.Decrement(ref _watch._count);
            _over.Dispose();
        }
    }
}
