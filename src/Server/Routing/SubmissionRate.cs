namespace Reelay.Server.Routing;

/// <summary>A channel's submissions per second and per minute. Not safe for use by several threads: its <see cref="ChannelState"/> guards it.</summary>
/// <remarks>
/// A token comes back one window after it was spent, so that no window, wherever it begins, holds more submissions than allowed: vendors count
/// the same way or more loosely. A whole number a second is exact; 2.5 a second is two in any 0.8 s, 0.5 one in any 2 s.
/// </remarks>
internal sealed class SubmissionRate
{
    private double _perSecond;
    private int _perMinute;
    private int _nodes;
    private RollingLimit? _second;
    private RollingLimit? _minute;

    /// <summary>Follows what the operator wrote; what was spent under other limits is forgotten.</summary>
    /// <param name="config">The bounds of the whole.</param>
    /// <param name="nodes">Nodes that share them, at least 1: each has an equal part, and at least one submission a minute where a minute is bounded.</param>
    public void Follow(ChannelConfig config, int nodes = 1)
    {
        if (config.SubmissionsPerSecond.Equals(_perSecond) && config.SubmissionsPerMinute == _perMinute && nodes == _nodes) return;
        (_perSecond, _perMinute, _nodes) = (config.SubmissionsPerSecond, config.SubmissionsPerMinute, nodes);
        var perSecond = _perSecond / nodes;
        var perMinute = (int)Math.Ceiling(_perMinute / (double)nodes);
        var whole = Math.Max(1, (int)perSecond);
        _second = perSecond > 0 ? new RollingLimit(whole, (long)Math.Ceiling(1000 * whole / perSecond)) : null;
        _minute = perMinute > 0 ? new RollingLimit(perMinute, 60_000) : null;
    }

    /// <summary>When the next submission may go, Unix milliseconds; not after <paramref name="now"/> if it may go now.</summary>
    public long NextAt(long now) => Math.Max(_second?.NextAt(now) ?? 0, _minute?.NextAt(now) ?? 0);

    /// <summary>How many may go now, up to a number.</summary>
    public int Free(long now, int most) => Math.Min(_second?.Free(now, most) ?? most, _minute?.Free(now, most) ?? most);

    /// <summary>One goes.</summary>
    public void Take(long now)
    {
        _second?.Take(now);
        _minute?.Take(now);
    }
}

/// <summary>At most <paramref name="count"/> events in any window: remembers the moments of the last so many.</summary>
/// <param name="count">At least 1.</param>
/// <param name="milliseconds">Length of the window.</param>
internal sealed class RollingLimit(int count, long milliseconds)
{
    // Grows as it is used: a limit that nobody reaches costs little.
    private readonly Queue<long> _taken = new();

    /// <summary>When the next may happen; 0 for at once.</summary>
    public long NextAt(long now)
    {
        Forget(now);
        return _taken.Count < count ? 0 : _taken.Peek() + milliseconds;
    }

    /// <summary>How many may happen now, up to a number.</summary>
    public int Free(long now, int most)
    {
        Forget(now);
        return Math.Min(most, count - _taken.Count);
    }

    /// <summary>One happens.</summary>
    public void Take(long now) => _taken.Enqueue(now);

    // A moment that lies in the future was noted before the clock was set back, and says nothing any more.
    private void Forget(long now)
    {
        while (_taken.TryPeek(out var oldest) && (now - oldest >= milliseconds || oldest > now + milliseconds)) _taken.Dequeue();
    }
}
