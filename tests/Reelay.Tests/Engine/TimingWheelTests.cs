using Reelay.Server.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

public sealed class TimingWheelTests
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(4096 * TimingWheel.TickMilliseconds);

    private readonly ManualTimeProvider _time = new();
    private readonly TimingWheel _wheel;

    public TimingWheelTests() => _wheel = new TimingWheel(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(55)]
    [InlineData(40_959)]
    [InlineData(40_960)]
    [InlineData(123_457)]
    public void Nothing_fires_early_and_everything_within_a_tick(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(7));
        var item = new Item();
        _wheel.Schedule(item, TimeSpan.FromMilliseconds(milliseconds));
        if (milliseconds > 0) Advance(milliseconds - 1);
        Assert.Empty(Due());
        Advance(milliseconds > 0 ? 1 + TimingWheel.TickMilliseconds : 2 * TimingWheel.TickMilliseconds);
        Assert.Equal([item], Due());
        _time.Advance(Round * 2);
        Assert.Empty(Due());
    }

    [Fact]
    public void The_last_scheduling_counts_whether_earlier_or_later()
    {
        var earlier = new Item();
        var later = new Item();
        _wheel.Schedule(earlier, TimeSpan.FromSeconds(10));
        _wheel.Schedule(later, TimeSpan.FromSeconds(1));
        _wheel.Schedule(earlier, TimeSpan.FromSeconds(1));
        _wheel.Schedule(later, TimeSpan.FromSeconds(10));

        Advance(1000);
        Assert.Equal([earlier], Due());
        Advance(9000);
        Assert.Equal([later], Due());
        _time.Advance(Round);
        Assert.Empty(Due());
    }

    [Fact]
    public void A_cancelled_item_does_not_fire_and_can_be_scheduled_again()
    {
        var item = new Item();
        _wheel.Schedule(item, TimeSpan.FromSeconds(1));
        _wheel.Cancel(item);
        Advance(2000);
        Assert.Empty(Due());
        _wheel.Schedule(item, TimeSpan.Zero);
        Advance(20);
        Assert.Equal([item], Due());
    }

    [Fact]
    public void Items_rounds_apart_share_a_slot_and_fire_in_their_own_round()
    {
        var items = Enumerable.Range(0, 4).Select(_ => new Item()).ToList();
        for (var i = 0; i < items.Count; i++) _wheel.Schedule(items[i], TimeSpan.FromSeconds(1) + (Round * i));
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < items.Count; i++)
        {
            Assert.Equal([items[i]], Due());
            _time.Advance(Round);
        }
    }

    [Fact]
    public void After_a_long_pause_everything_overdue_fires_once()
    {
        var random = new Random(7);
        var items = Enumerable.Range(0, 500).Select(_ => new Item()).ToList();
        foreach (var item in items) _wheel.Schedule(item, TimeSpan.FromMilliseconds(random.Next(0, 600_000)));
        _time.Advance(TimeSpan.FromHours(3));
        var due = Due();
        Assert.Equal(500, due.Count);
        Assert.Equal(500, due.Distinct().Count());
    }

    [Fact]
    public async Task Waiting_ends_when_something_is_due()
    {
        var item = new Item();
        _wheel.Schedule(item, TimeSpan.FromSeconds(1));
        var wait = _wheel.WaitAsync(Cancellation);
        Advance(999);
        Assert.False(wait.IsCompleted);
        Advance(1 + TimingWheel.TickMilliseconds);
        await wait;
        Assert.Equal([item], Due());
    }

    [Fact]
    public async Task Waiting_ends_when_something_earlier_is_scheduled_and_not_for_something_later()
    {
        _wheel.Schedule(new Item(), TimeSpan.FromSeconds(10));
        var wait = _wheel.WaitAsync(Cancellation);
        _wheel.Schedule(new Item(), TimeSpan.FromSeconds(20));
        Assert.False(wait.IsCompleted);
        _wheel.Schedule(new Item(), TimeSpan.FromSeconds(1));
        await wait;
    }

    [Fact]
    public async Task An_empty_wheel_waits_until_something_comes_or_the_end()
    {
        var wait = _wheel.WaitAsync(Cancellation);
        Assert.False(wait.IsCompleted);
        _wheel.Schedule(new Item(), TimeSpan.Zero);
        await wait;

        using var stop = new CancellationTokenSource();
        var empty = new TimingWheel(_time).WaitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => empty);
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private List<WheelItem> Due()
    {
        var due = new List<WheelItem>();
        _wheel.TakeDue(due);
        return due;
    }

    private sealed class Item : WheelItem;
}
