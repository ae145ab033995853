namespace Reelay.Server.Engine;

/// <summary>
/// Unix milliseconds that only run: the wall clock is read once, at the start, and counted on from there. For whatever lives in this process
/// alone: a clock that jumps neither ends a rest nor makes one last for a day.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly long _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Now. Not for rows: after a jump it is as wrong as the wall clock was before.</summary>
    public long Now => _startedAt + (long)time.GetElapsedTime(_origin).TotalMilliseconds;
}

/// <summary>
/// A moment that a row names, counted by the monotonic clock from when this process first sees it: what jumps after that changes nothing. A
/// later process reads the wall clock anew, and never finds more time left than the whole period.
/// </summary>
internal record struct SteadyMoment
{
    private const long MaxSpanMilliseconds = 31L * 24 * 3600 * 1000;

    private long _moment;
    private long _dueAt;

    /// <summary>Milliseconds until the moment; negative once it has passed.</summary>
    /// <param name="moment">What the row says, Unix milliseconds.</param>
    /// <param name="longest">The whole period that ends with it, in milliseconds.</param>
    /// <param name="now">The wall clock, Unix milliseconds; it counts at first sight alone.</param>
    /// <param name="time">The monotonic clock.</param>
    /// <param name="shortest">What is left at first sight at the least, in milliseconds: 0 where what has passed must not be believed.</param>
    public long Left(long moment, long longest, long now, TimeProvider time, long shortest = -MaxSpanMilliseconds)
    {
        var timestamp = time.GetTimestamp();
        if (_moment != moment)
        {
            _moment = moment;
            var left = Math.Max(Math.Min(moment - now, Math.Min(longest, MaxSpanMilliseconds)), shortest);
            _dueAt = timestamp + (long)(left / 1000.0 * time.TimestampFrequency);
        }

        return (long)Math.Ceiling(time.GetElapsedTime(timestamp, _dueAt).TotalMilliseconds);
    }
}
