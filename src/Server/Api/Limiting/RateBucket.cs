namespace Reelay.Server.Api.Limiting;

/// <summary>
/// A bucket of tokens that holds a minute's worth and fills evenly. Kept as the one moment at which it will be full, which needs no timer and
/// says everything. Not safe for use by several threads: <see cref="RequestRates"/> guards it.
/// </summary>
internal sealed class RateBucket
{
    private const long MinuteTicks = TimeSpan.TicksPerMinute;

    private long _fullAt = long.MinValue;

    /// <summary>Whether it is full, and so not different from a new one.</summary>
    public bool IsFull(long now) => _fullAt <= now;

    /// <summary>How long until a token is there; zero for now.</summary>
    public TimeSpan WaitFor(int perMinute, long now) => TimeSpan.FromTicks(Math.Max(0, FullAt(now) + Step(perMinute) - MinuteTicks - now));

    /// <summary>Takes a token that is there.</summary>
    public void Take(int perMinute, long now) => _fullAt = FullAt(now) + Step(perMinute);

    /// <summary>Whole tokens that are left.</summary>
    public int Left(int perMinute, long now) => (int)Math.Clamp((MinuteTicks - (FullAt(now) - now)) / Step(perMinute), 0, perMinute);

    /// <summary>How long until it is full.</summary>
    public TimeSpan UntilFull(long now) => TimeSpan.FromTicks(FullAt(now) - now);

    // Never longer than a minute away, whatever the bound was before it was changed.
    private long FullAt(long now) => Math.Clamp(_fullAt, now, now + MinuteTicks);

    private static long Step(int perMinute) => MinuteTicks / perMinute;
}
