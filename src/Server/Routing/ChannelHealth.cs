namespace Reelay.Server.Routing;

/// <summary>Whether a channel's upstream can be relied on. Not safe for use by several threads: its <see cref="ChannelState"/> guards it.</summary>
/// <remarks>
/// Closed: orders flow. Five bad outcomes in a row, or half of at least twenty within a minute, open it: nothing is sent. When it has rested,
/// one order goes through (half open); its outcome closes or opens it again. A single failure rests the channel without opening it. All times
/// are Unix milliseconds of the caller; after a jump backwards nothing rests longer than the longest rest.
/// </remarks>
internal sealed class ChannelHealth
{
    private const int MaxStrikes = 5;
    private const int MinWindowCount = 20;
    private const int MaxDoublings = 20;
    private const long WindowMilliseconds = 60_000;
    private const long ProbeMarginMilliseconds = 60_000;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstLongRest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestLongRest = TimeSpan.FromHours(1);

    // Upstreams have asked for days; somebody may have paid or repaired meanwhile.
    private static readonly TimeSpan LongestAskedRest = TimeSpan.FromHours(1);

    private int _strikes;
    private int _restsInRow;
    private long _probeUntil;
    private long _windowStart;
    private (int All, int Bad) _window;
    private (int All, int Bad) _windowBefore;

    /// <summary>Where the circuit stands.</summary>
    public CircuitState Circuit { get; private set; }

    /// <summary>No submission before this moment.</summary>
    public long RestsUntil { get; private set; }

    /// <summary>When the next order may go, 0 for now; while one is on trial, when its end will be overdue.</summary>
    public long NextAt(long now)
    {
        if (RestsUntil > now && RestsUntil - now <= (long)LongestAskedRest.TotalMilliseconds) return RestsUntil;
        return Circuit == CircuitState.HalfOpen && now < _probeUntil ? _probeUntil : 0;
    }

    /// <summary>An order goes; the first after a rest of an open circuit goes on trial.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="callMilliseconds">Longest duration of its call; a trial whose end nobody told is over a minute later.</param>
    public void Enter(long now, long callMilliseconds)
    {
        if (Circuit == CircuitState.Closed) return;
        Circuit = CircuitState.HalfOpen;
        _probeUntil = now + callMilliseconds + ProbeMarginMilliseconds;
    }

    /// <summary>An order that entered was not sent after all, for reasons of ours.</summary>
    public void Leave() => _probeUntil = 0;

    /// <summary>The upstream has answered as one that works.</summary>
    public void NoteAnswer(long now)
    {
        Count(now, isBad: false);
        (Circuit, _strikes, _restsInRow) = (CircuitState.Closed, 0, 0);
    }

    /// <summary>A submission failed.</summary>
    /// <param name="effect">What that says about the channel.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="asked">How long the upstream asked to wait, if it did; less than a second says nothing.</param>
    /// <param name="chance">0 to below 1: lengthens the own rest by up to a fifth, so that channels and servers do not come back in step.</param>
    public void NoteFailure(ChannelEffect effect, long now, TimeSpan? asked, double chance)
    {
        switch (effect)
        {
            case ChannelEffect.None:
                NoteAnswer(now);
                return;
            case ChannelEffect.Pauses:
                Count(now, isBad: false);
                (Circuit, _strikes) = (CircuitState.Closed, 0);
                Rest(now, asked, FirstRest, LongestRest, chance);
                return;
            case ChannelEffect.RestsLong:
                Circuit = CircuitState.Open;
                Rest(now, asked, FirstLongRest, LongestLongRest, chance);
                return;
            case ChannelEffect.SwitchesOff:
                Circuit = CircuitState.Open;
                return;
        }

        Count(now, isBad: true);
        var opens = ++_strikes >= MaxStrikes || Circuit != CircuitState.Closed || IsWindowBad;
        if (opens) Circuit = CircuitState.Open;
        if (opens || effect == ChannelEffect.Rests) Rest(now, asked, FirstRest, LongestRest, chance);
    }

    /// <summary>An operator has seen to it: everything bad is forgotten.</summary>
    public void Reset()
    {
        (Circuit, _strikes, _restsInRow, RestsUntil, _probeUntil) = (CircuitState.Closed, 0, 0, 0, 0);
        (_window, _windowBefore) = (default, default);
    }

    private bool IsWindowBad => _window.All + _windowBefore.All is >= MinWindowCount and var all && (_window.Bad + _windowBefore.Bad) * 2 >= all;

    // Calls that were under way together fail together: while it rests, only an upstream that asks for more makes the rest longer.
    private void Rest(long now, TimeSpan? asked, TimeSpan first, TimeSpan longest, double chance)
    {
        if (asked >= FirstRest)
        {
            if (RestsUntil <= now) _restsInRow++;
            RestsUntil = Math.Max(RestsUntil, now + (long)Math.Min(asked.Value.TotalMilliseconds, LongestAskedRest.TotalMilliseconds));
            return;
        }

        if (RestsUntil > now && longest == LongestRest) return;
        var own = first.TotalMilliseconds * Math.Pow(2, Math.Min(_restsInRow++, MaxDoublings));
        var milliseconds = Math.Min(own, longest.TotalMilliseconds) * (1 + (chance / 5));
        RestsUntil = Math.Max(RestsUntil, now + (long)Math.Min(milliseconds, LongestAskedRest.TotalMilliseconds));
    }

    // Two halves of a minute each, so that the past fades without a list of outcomes.
    private void Count(long now, bool isBad)
    {
        if (now - _windowStart >= WindowMilliseconds / 2 || now < _windowStart)
        {
            _windowBefore = now - _windowStart < WindowMilliseconds && now >= _windowStart ? _window : default;
            (_window, _windowStart) = (default, now);
        }

        _window = (_window.All + 1, _window.Bad + (isBad ? 1 : 0));
    }
}

/// <summary>Where a circuit stands.</summary>
internal enum CircuitState
{
    /// <summary>Orders flow.</summary>
    Closed,

    /// <summary>Nothing is sent.</summary>
    Open,

    /// <summary>One order is on trial.</summary>
    HalfOpen,
}
