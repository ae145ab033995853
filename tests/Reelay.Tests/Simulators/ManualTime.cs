namespace Reelay.Tests.Simulators;

/// <summary>A clock that a test turns by hand. Timers are the system's: nothing in these tests waits for one.</summary>
internal sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(double seconds) => _now = _now.AddSeconds(seconds);
}
