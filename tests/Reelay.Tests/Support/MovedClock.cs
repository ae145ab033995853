namespace Reelay.Tests.Support;

/// <summary>The real clock, as far ahead as a test wants; timers run as usual.</summary>
internal sealed class MovedClock : TimeProvider
{
    private long _aheadTicks;

    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));
        set => Interlocked.Exchange(ref _aheadTicks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
