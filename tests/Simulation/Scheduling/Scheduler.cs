using System.Globalization;

namespace Reelay.Simulation.Scheduling;

/// <summary>
/// Runs everything on one thread. Of what could run, chance says what does; when nothing could, time goes on to the next timer. The same seed
/// makes the same choices.
/// </summary>
internal sealed class Scheduler(int seed, Trace trace, ThreadPoolGate pool)
{
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private readonly List<Work> _ready = [];
    private readonly PriorityQueue<SimulatedTimer, (long Due, long Number)> _timers = new();
    private long _timersMade;

    /// <summary>How often, out of a thousand steps, the machine is slow: time passes although something could run.</summary>
    public int StallsPerThousand { get; set; }

    /// <summary>Time since the begin, in ticks of 100 ns. It only moves on.</summary>
    public long Now { get; private set; }

    /// <summary>The same for people.</summary>
    public string Clock => TimeSpan.FromTicks(Now).ToString("hh\\:mm\\:ss\\.fff", CultureInfo.InvariantCulture);

    /// <summary>What escaped from a strand's code, or null: a mistake of the program, since nobody would have seen it.</summary>
    public Exception? Escaped { get; private set; }

    /// <summary>A new strand.</summary>
    public Strand NewStrand(string name) => new(this, name);

    /// <summary>Has something run some time.</summary>
    public void Enqueue(Strand strand, SendOrPostCallback action, object? state)
    {
        if (strand.IsDead) return;
        lock (_gate) _ready.Add(new Work(strand, action, state));
    }

    /// <summary>Numbers a timer, so that two of one moment fire in the order in which they were made.</summary>
    public long NextTimerNumber() => ++_timersMade;

    /// <summary>Notes when a timer is due.</summary>
    public void Schedule(SimulatedTimer timer)
    {
        lock (_gate) _timers.Enqueue(timer, (timer.Due, timer.Number));
    }

    /// <summary>Runs until a condition holds or a moment has come.</summary>
    /// <returns>Whether it holds.</returns>
    public bool RunUntil(Func<bool> isReached, long until)
    {
        while (Escaped is null && Now < until)
        {
            if (isReached()) return true;
            if (!Step(until)) Now = until;
        }

        return false;
    }

    // False if nothing can run and no timer is due before the end.
    private bool Step(long until)
    {
        pool.RunPending();
        if (StallsPerThousand > 0 && _random.Next(1000) < StallsPerThousand) Advance(Now + _random.Next(50 * (int)TimeSpan.TicksPerMillisecond));
        Work? work;
        while ((work = Take()) is null)
        {
            if (!_timers.TryPeek(out _, out var next) || next.Due > until) return false;
            Advance(Math.Max(Now, next.Due));
        }

        Run(work.Value);
        return true;
    }

    private void Run(Work work)
    {
        SynchronizationContext.SetSynchronizationContext(work.Strand);
        try
        {
            work.Action(work.State);
        }
        catch (Exception exception)
        {
            Escaped = exception;
            trace.Add($"{work.Strand.Name}: {exception}");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private Work? Take()
    {
        lock (_gate)
        {
            _ready.RemoveAll(static work => work.Strand.IsDead);
            if (_ready.Count == 0) return null;
            var index = _random.Next(_ready.Count);
            var work = _ready[index];
            _ready.RemoveAt(index);
            return work;
        }
    }

    private void Advance(long to)
    {
        while (true)
        {
            SimulatedTimer? timer;
            lock (_gate)
            {
                if (!_timers.TryPeek(out timer, out var at) || at.Due > to) break;
                _timers.Dequeue();

                // It was set anew since, or ended.
                if (at != (timer.Due, timer.Number)) continue;
                Now = Math.Max(Now, timer.Due);
            }

            timer.Fire();
        }

        Now = Math.Max(Now, to);
    }

    private readonly record struct Work(Strand Strand, SendOrPostCallback Action, object? State);
}
