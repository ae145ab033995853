namespace Reelay.Server.Engine;

/// <summary>When to look again at an order that an upstream works on: pure.</summary>
internal static class PollPolicy
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The pause before the next poll: eighths of the expected time until it has passed, then growing with how late the order is.
    /// </summary>
    /// <param name="elapsed">Since the upstream accepted.</param>
    /// <param name="expected">Usual time from acceptance to result.</param>
    /// <param name="least">The channel's own least pause.</param>
    /// <param name="asked">What the upstream asked for, if it did.</param>
    /// <param name="chance">A fraction from 0 to 1, for jitter of a tenth.</param>
    public static TimeSpan Pause(TimeSpan elapsed, TimeSpan expected, TimeSpan least, TimeSpan? asked, double chance)
    {
        var pause = elapsed < expected ? expected / 8 : (expected / 8) + ((elapsed - expected) / 4);
        if (pause > LongestPause) pause = LongestPause;
        pause *= 0.95 + (chance * 0.1);
        if (asked > pause) pause = asked.Value < LongestPause ? asked.Value : LongestPause;
        return pause < least ? least : pause;
    }
}
