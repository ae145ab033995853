using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public async Task Delays_and_cancellation_sources_end_when_their_time_comes_and_not_before()
    {
        var time = new ManualTimeProvider();
        var delay = Task.Delay(TimeSpan.FromSeconds(10), time, TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(20), time);

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await delay;
        Assert.False(source.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(source.IsCancellationRequested);
        Assert.Equal(0, time.WaitingTimers);
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time_and_periods_repeat()
    {
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        var fired = new List<string>();
        using var twice = time.CreateTimer(_ => fired.Add($"b{Passed()}"), null, Seconds(2), Seconds(3));
        using var once = time.CreateTimer(_ => fired.Add($"a{Passed()}"), null, Seconds(4), Timeout.InfiniteTimeSpan);

        time.Advance(Seconds(6));

        Assert.Equal(["b2", "a4", "b5"], fired);
        Assert.Equal(start + Seconds(8), time.NextTimer);

        double Passed() => (time.GetUtcNow() - start).TotalSeconds;
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
