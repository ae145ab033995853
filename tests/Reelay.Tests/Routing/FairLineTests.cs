using Reelay.Server.Engine;
using Reelay.Server.Routing;

namespace Reelay.Tests.Routing;

/// <summary>Whose turn it is.</summary>
public sealed class FairLineTests
{
    private readonly FairLine _line = new();

    [Fact]
    public void Accounts_take_turns_and_within_one_it_is_first_come_first_served()
    {
        var a = Add("a", 3);
        var b = Add("b", 2);
        var c = Add("c", 1);
        Assert.Equal([a[0], b[0], c[0], a[1], b[1], a[2]], Take(6));
        Assert.Null(_line.Take());
        Assert.Equal(0, _line.Count);
    }

    [Fact]
    public void Ten_thousand_tasks_of_one_account_delay_another_by_at_most_one_slot()
    {
        Add("crowd", 10_000);
        for (var round = 0; round < 20; round++)
        {
            var single = Add("single", 1)[0];
            Assert.Contains(single, Take(2));
        }
    }

    [Fact]
    public void Who_leaves_delays_nobody()
    {
        var a = Add("a", 3);
        var places = a.Select(live => live.Place!).ToList();
        var b = Add("b", 1);
        _line.Remove(places[1]);
        _line.Remove(b[0].Place!);
        Assert.Equal([a[0], a[2]], Take(2));
        Assert.Equal(0, _line.Count);
        Assert.Null(_line.Take());
    }

    [Fact]
    public void Who_comes_back_is_next()
    {
        var a = Add("a", 2);
        Add("b", 2);
        var called = _line.Take()!;
        Assert.Same(a[0], called);
        _line.Add(called, isBack: true);
        Assert.Same(called, _line.Take());
        var last = _line.Take();
        while (_line.Take() is { } next) last = next;
        _line.Add(last!, isBack: true);
        Assert.Same(last, _line.Take());
    }

    [Fact]
    public void A_search_looks_at_a_bounded_number_and_leaves_looks_for_every_account()
    {
        Add("crowd", 10_000);
        var wanted = Add("b", 3)[2];
        var looks = 256;
        Assert.Same(wanted, _line.TakeFirst(live => live == wanted, ref looks));
        Assert.True(looks > 0);
        looks = 256;
        Assert.Null(_line.TakeFirst(_ => false, ref looks));
        Assert.InRange(looks, 0, 256);
        var count = 0;
        looks = 10;
        _line.TakeFirst(_ => ++count < 0, ref looks);
        Assert.InRange(count, 1, 10);
    }

    [Fact]
    public void Positions_are_the_turns_that_are_left()
    {
        var lives = new[] { Add("a", 5), Add("b", 1), Add("c", 3) }.SelectMany(list => list).ToList();
        var positions = lives.ToDictionary(live => live, live => _line.PositionOf(live.Place!));
        for (var turn = 1; turn <= 9; turn++) Assert.Equal(turn, positions[_line.Take()!]);
    }

    [Fact]
    public void With_very_many_accounts_a_position_is_an_upper_bound()
    {
        for (var i = 0; i < 300; i++) Add("account " + i, 2);
        var late = Add("late", 1)[0];
        var said = _line.PositionOf(late.Place!);
        Assert.InRange(said, 301, _line.Count);
    }

    private List<LiveTask> Add(string account, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var live = Channels.Live(account: account);
        live.Place = _line.Add(live, isBack: false);
        return live;
    })];

    private List<LiveTask?> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => _line.Take())];
}
