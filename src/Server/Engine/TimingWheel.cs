namespace Reelay.Server.Engine;

/// <summary>Something that is due once, at a moment of the wheel's own clock. An item is in at most one wheel, once.</summary>
internal abstract class WheelItem
{
    /// <summary>The tick at which it is due.</summary>
    internal long Tick { get; set; }

    /// <summary>The one before it in its slot, or null.</summary>
    internal WheelItem? Before { get; set; }

    /// <summary>The one after it in its slot, or null.</summary>
    internal WheelItem? After { get; set; }

    /// <summary>Whether it is scheduled.</summary>
    internal bool IsInWheel { get; set; }
}

/// <summary>One hashed timing wheel for everything that waits: constant work per item, no timer objects, one wake-up per occupied tick.</summary>
/// <remarks>
/// Time is monotonic (the injected clock's timestamps), so a jump of the wall clock moves nothing. The items of a slot are linked through
/// themselves: a slot costs nothing per item, and one that is scheduled anew leaves nothing behind.
/// </remarks>
internal sealed class TimingWheel
{
    /// <summary>Resolution in milliseconds; nothing fires earlier than due, and at most one tick later.</summary>
    public const int TickMilliseconds = 10;

    private const int SlotCount = 4096;

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Lock _gate = new();
    private readonly (WheelItem? First, WheelItem? Last)[] _slots = new (WheelItem?, WheelItem?)[SlotCount];
    private readonly ulong[] _occupied = new ulong[SlotCount / 64];
    private long _currentTick;
    private TaskCompletionSource _changed = NewSignal();
    private long _sleepingUntilTick = long.MaxValue;

    public TimingWheel(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
    }

    /// <summary>Schedules an item after a delay; an earlier scheduling of it is forgotten.</summary>
    public void Schedule(WheelItem item, TimeSpan delay)
    {
        TaskCompletionSource? wake = null;
        lock (_gate)
        {
            if (item.IsInWheel) Remove(item);
            var due = Now + Math.Max(0, (long)delay.TotalMilliseconds);
            item.Tick = Math.Max(_currentTick + 1, (due + TickMilliseconds - 1) / TickMilliseconds);
            Append(item);
            if (item.Tick < _sleepingUntilTick) (wake, _changed) = (_changed, NewSignal());
        }

        wake?.TrySetResult();
    }

    /// <summary>Forgets an item's scheduling.</summary>
    public void Cancel(WheelItem item)
    {
        lock (_gate)
        {
            if (item.IsInWheel) Remove(item);
        }
    }

    /// <summary>How many milliseconds ago an item that was just taken out was due.</summary>
    public long LateMilliseconds(WheelItem item) => Math.Max(0, Now - (item.Tick * TickMilliseconds));

    /// <summary>Moves everything that is due now into a list.</summary>
    public void TakeDue(List<WheelItem> due)
    {
        lock (_gate)
        {
            var now = Now / TickMilliseconds;
            while (_currentTick < now)
            {
                var next = NextOccupied(_currentTick + 1);
                if (next > now)
                {
                    _currentTick = now;
                    return;
                }

                _currentTick = next;
                Empty(next, due);
            }
        }
    }

    /// <summary>Waits until something may be due; returns at once if something was scheduled earlier than it was waiting for.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task signal;
        TimeSpan delay;
        lock (_gate)
        {
            _sleepingUntilTick = NextOccupied(_currentTick + 1);
            if (_sleepingUntilTick == long.MaxValue) delay = Timeout.InfiniteTimeSpan;
            else delay = TimeSpan.FromMilliseconds(Math.Max(1, (_sleepingUntilTick * TickMilliseconds) - Now));
            signal = _changed.Task;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(signal, Task.Delay(delay, _time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private long Now => (long)_time.GetElapsedTime(_origin).TotalMilliseconds;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Append(WheelItem item)
    {
        var slot = (int)(item.Tick % SlotCount);
        ref var line = ref _slots[slot];
        (item.Before, item.After, item.IsInWheel) = (line.Last, null, true);
        if (line.Last is { } last) last.After = item;
        else line.First = item;
        line.Last = item;
        _occupied[slot / 64] |= 1UL << (slot % 64);
    }

    private void Remove(WheelItem item)
    {
        var slot = (int)(item.Tick % SlotCount);
        ref var line = ref _slots[slot];
        if (item.Before is { } before) before.After = item.After;
        else line.First = item.After;
        if (item.After is { } after) after.Before = item.Before;
        else line.Last = item.Before;
        (item.Before, item.After, item.IsInWheel) = (null, null, false);
        if (line.First is null) _occupied[slot / 64] &= ~(1UL << (slot % 64));
    }

    private void Empty(long tick, List<WheelItem> due)
    {
        var next = _slots[(int)(tick % SlotCount)].First;
        while (next is { } item)
        {
            next = item.After;
            if (item.Tick > tick) continue;
            Remove(item);
            due.Add(item);
        }
    }

    // The next tick whose slot holds anything; its entries may belong to a later round, which costs one early wake-up per round.
    private long NextOccupied(long from)
    {
        for (var step = 0; step < SlotCount;)
        {
            var slot = (int)((from + step) % SlotCount);
            var word = _occupied[slot / 64] >> (slot % 64);
            if (word != 0)
            {
                var offset = System.Numerics.BitOperations.TrailingZeroCount(word);
                return step + offset < SlotCount ? from + step + offset : long.MaxValue;
            }

            step += 64 - (slot % 64);
        }

        return long.MaxValue;
    }
}
