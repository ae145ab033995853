namespace Reelay.Simulation.Scheduling;

/// <summary>The clock of one strand: its timers fire there, and die with it. Its wall clock can be set; its timestamps only move on.</summary>
internal sealed class StrandTime(Scheduler scheduler, Strand strand) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Offset { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(scheduler.Now) + Offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => scheduler.Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(scheduler, strand, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer of a strand.</summary>
internal sealed class SimulatedTimer(Scheduler scheduler, Strand strand, TimerCallback callback, object? state) : ITimer
{
    private const long Never = -1;
    private TimeSpan _period;

    /// <summary>Its place among timers of one moment; a new one with every change.</summary>
    public long Number { get; private set; }

    /// <summary>When it fires, in ticks; -1 for never.</summary>
    public long Due { get; private set; } = Never;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period;
        Number = scheduler.NextTimerNumber();
        Due = dueTime == Timeout.InfiniteTimeSpan ? Never : scheduler.Now + Math.Max(0, dueTime.Ticks);
        if (Due != Never) scheduler.Schedule(this);
        return true;
    }

    /// <summary>It is due: its callback can run from now on.</summary>
    public void Fire()
    {
        Due = Never;
        if (_period > TimeSpan.Zero) Change(_period, _period);
        scheduler.Enqueue(strand, _ => callback(state), null);
    }

    /// <inheritdoc/>
    public void Dispose() => Due = Never;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
