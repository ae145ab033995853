using Reelay.Server.Routing;

namespace Reelay.Tests.Routing;

/// <summary>Rests and the circuit of a channel.</summary>
public sealed class ChannelHealthTests
{
    private const long Start = 1_000_000;
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private readonly ChannelHealth _health = new();

    [Fact]
    public void Each_failure_in_a_row_rests_the_channel_longer_up_to_a_minute()
    {
        var rests = new List<long>();
        var now = Start;
        for (var i = 0; i < 9; i++)
        {
            Fail(ChannelEffect.Pauses, now);
            rests.Add(_health.RestsUntil - now);
            now = _health.RestsUntil;
        }

        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000], rests);
        _health.NoteAnswer(now);
        Fail(ChannelEffect.Pauses, now);
        Assert.Equal(now + 1000, _health.RestsUntil);
    }

    [Fact]
    public void Calls_that_fail_together_rest_the_channel_once()
    {
        for (var i = 0; i < 4; i++) Fail(ChannelEffect.Rests, Start + i);
        Assert.Equal((Start + 1000, CircuitState.Closed), (_health.RestsUntil, _health.Circuit));
    }

    [Fact]
    public void Chance_lengthens_a_rest_by_up_to_a_fifth()
    {
        _health.NoteFailure(ChannelEffect.Rests, Start, null, 0.5);
        Assert.Equal(Start + 1100, _health.RestsUntil);
    }

    [Fact]
    public void What_the_upstream_asks_counts_up_to_an_hour_unless_it_asks_for_less_than_a_moment()
    {
        Fail(ChannelEffect.Pauses, Start, TimeSpan.FromSeconds(7));
        Assert.Equal(Start + 7000, _health.RestsUntil);

        // An earlier end is not believed, and an upstream that says "0" must not be called in a tight loop.
        Fail(ChannelEffect.Pauses, Start, TimeSpan.FromSeconds(1));
        Assert.Equal(Start + 7000, _health.RestsUntil);
        Fail(ChannelEffect.Pauses, Start + 10_000, TimeSpan.Zero);
        Assert.True(_health.RestsUntil > Start + 10_999);
        Fail(ChannelEffect.Rests, Start + Minute, TimeSpan.FromDays(3));
        Assert.Equal(Start + Minute + Hour, _health.RestsUntil);
    }

    [Fact]
    public void An_empty_account_rests_for_minutes_up_to_an_hour()
    {
        var now = Start;
        var rests = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            Fail(ChannelEffect.RestsLong, now);
            rests.Add((_health.RestsUntil - now) / Minute);
            now = _health.RestsUntil;
        }

        Assert.Equal([5, 10, 20, 40, 60], rests);
    }

    [Theory]
    [InlineData(ChannelEffect.Rests)]
    [InlineData(ChannelEffect.Counts)]
    public void Five_in_a_row_open_the_circuit_and_one_order_tries_it(object effect)
    {
        for (var i = 0; i < 4; i++) Fail((ChannelEffect)effect, Start);
        Assert.Equal(CircuitState.Closed, _health.Circuit);
        Fail((ChannelEffect)effect, Start);
        Assert.Equal(CircuitState.Open, _health.Circuit);
        var end = _health.RestsUntil;
        Assert.True(end > Start);
        Assert.Equal(end, _health.NextAt(end - 1));
        Assert.Equal(0, _health.NextAt(end));

        _health.Enter(end, callMilliseconds: 1000);
        Assert.Equal(CircuitState.HalfOpen, _health.Circuit);
        Assert.True(_health.NextAt(end + 1) > end + 1000);
        Fail((ChannelEffect)effect, end + 10);
        Assert.Equal(CircuitState.Open, _health.Circuit);
        Assert.True(_health.RestsUntil - (end + 10) >= 2000);

        var second = _health.RestsUntil;
        _health.Enter(second, callMilliseconds: 1000);
        _health.NoteAnswer(second + 10);
        Assert.Equal((CircuitState.Closed, 0L), (_health.Circuit, _health.NextAt(second + 10)));
    }

    [Fact]
    public void A_trial_that_was_not_sent_or_whose_end_nobody_told_does_not_close_the_channel_for_good()
    {
        for (var i = 0; i < 5; i++) Fail(ChannelEffect.Counts, Start);
        var end = _health.RestsUntil;
        _health.Enter(end, callMilliseconds: 1000);
        _health.Leave();
        Assert.Equal(0, _health.NextAt(end));
        _health.Enter(end, callMilliseconds: 1000);
        var overdue = _health.NextAt(end + 1);
        Assert.InRange(overdue, end + 1000, end + (2 * Minute));
        Assert.Equal(0, _health.NextAt(overdue));
    }

    [Fact]
    public void Half_of_twenty_within_a_minute_opens_the_circuit_though_never_five_in_a_row()
    {
        for (var i = 0; i < 19; i++)
        {
            if (i % 2 == 0) _health.NoteAnswer(Start + i);
            else Fail(ChannelEffect.Counts, Start + i);
        }

        Assert.Equal(CircuitState.Closed, _health.Circuit);
        Fail(ChannelEffect.Counts, Start + 19);
        Assert.Equal(CircuitState.Open, _health.Circuit);
    }

    [Fact]
    public void What_lies_more_than_a_minute_back_counts_no_more()
    {
        for (var i = 0; i < 19; i++)
        {
            if (i % 2 == 0) _health.NoteAnswer(Start + i);
            else Fail(ChannelEffect.Counts, Start + i);
        }

        Fail(ChannelEffect.Counts, Start + Minute + 100);
        Assert.Equal(CircuitState.Closed, _health.Circuit);
    }

    [Fact]
    public void A_refusal_of_the_order_itself_proves_that_the_upstream_works()
    {
        for (var i = 0; i < 4; i++) Fail(ChannelEffect.Counts, Start);
        Fail(ChannelEffect.None, Start);
        Fail(ChannelEffect.Counts, Start);
        Assert.Equal((CircuitState.Closed, 0L), (_health.Circuit, _health.RestsUntil));
    }

    [Fact]
    public void A_clock_that_is_set_back_keeps_nothing_closed()
    {
        Fail(ChannelEffect.RestsLong, Start + (10 * Hour));
        Assert.Equal(0, _health.NextAt(Start));
    }

    private void Fail(ChannelEffect effect, long now, TimeSpan? asked = null) => _health.NoteFailure(effect, now, asked, chance: 0);
}
