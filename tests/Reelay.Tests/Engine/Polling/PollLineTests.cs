using Reelay.Server.Engine.Polling;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Polling;

/// <summary>The bounds of one channel's reads.</summary>
public sealed class PollLineTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _entered = [];

    [Fact]
    public void Reads_beyond_the_rate_wait_and_come_at_the_rate()
    {
        var line = new PollLine(_time, 10, 1000);
        for (var i = 0; i < 35; i++) Ask(line, "r" + i, leaves: true);
        Assert.Equal(10, _entered.Count);
        for (var tenths = 1; tenths <= 25; tenths++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.InRange(_entered.Count, 10 + tenths - 1, 10 + tenths);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(35, _entered.Count);
        Assert.Equal((0, 0), (line.WaitingCount, _time.WaitingTimers));
    }

    [Fact]
    public void Reads_beyond_the_number_at_once_wait_for_one_that_ends_without_any_timer()
    {
        var line = new PollLine(_time, 1000, 3);
        for (var i = 0; i < 8; i++) Ask(line, "r" + i);
        Assert.Equal(["r0", "r1", "r2"], _entered);
        Assert.Equal((5, 0), (line.WaitingCount, _time.WaitingTimers));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, _entered.Count);
        line.Leave();
        Assert.Equal(["r0", "r1", "r2", "r3"], _entered);
        for (var i = 0; i < 7; i++) line.Leave();
        Assert.Equal(8, _entered.Count);
    }

    [Fact]
    public void Who_is_near_the_expected_end_goes_first_and_nobody_waits_for_ever()
    {
        var line = new PollLine(_time, 1000, 1);
        Ask(line, "first");
        Ask(line, "far", distance: -40);
        Ask(line, "near", distance: 1);
        Ask(line, "nearer", distance: -0.5);
        _time.Advance(TimeSpan.FromSeconds(15));
        Ask(line, "late", distance: 0);
        for (var i = 0; i < 4; i++) line.Leave();
        Assert.Equal(["first", "nearer", "near", "far", "late"], _entered);
    }

    [Fact]
    public void Who_is_gone_or_never_comes_takes_nothing_with_it()
    {
        var line = new PollLine(_time, 1000, 1);
        Ask(line, "first");
        var gone = Ask(line, "gone");
        var deaf = Ask(line, "deaf");
        Ask(line, "last");
        gone.HasGone = true;
        deaf.IsDeaf = true;
        line.Leave();
        Assert.Equal(["first"], _entered);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["first", "last"], _entered);
    }

    [Fact]
    public void Asking_again_keeps_the_place_and_newcomers_do_not_pass()
    {
        var line = new PollLine(_time, 1, 10);
        Ask(line, "first");
        var second = Ask(line, "second");
        Assert.False(line.TryEnter(second, 0));
        _time.Advance(TimeSpan.FromMilliseconds(990));
        Ask(line, "third");
        Assert.Equal(2, line.WaitingCount);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["first", "second", "third"], _entered);
    }

    private Item Ask(PollLine line, string name, double distance = 0, bool leaves = false)
    {
        var item = new Item(line, name, distance, leaves, _entered);
        item.Call();
        return item;
    }

    private sealed class Item(PollLine line, string name, double distance, bool leaves, List<string> entered) : LineItem
    {
        public bool HasGone { get; set; }

        public bool IsDeaf { get; set; }

        public override bool IsGone => HasGone;

        public override void Call()
        {
            if (IsDeaf || !line.TryEnter(this, distance)) return;
            entered.Add(name);
            if (leaves) line.Leave();
        }
    }
}
