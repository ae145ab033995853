using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

public sealed class ChannelStateTests
{
    private readonly ChannelState _state = new();

    [Fact]
    public void Slots_are_taken_up_to_the_limit_and_given_back()
    {
        Assert.False(_state.TryTake(0));
        Assert.True(_state.TryTake(2));
        Assert.True(_state.TryTake(2));
        Assert.False(_state.TryTake(2));
        _state.Release();
        Assert.True(_state.TryTake(2));
        _state.TakeAnyway();
        Assert.Equal(3, _state.InFlight);
    }

    [Fact]
    public void The_line_is_first_come_first_served_and_each_stands_in_it_once()
    {
        var first = new LiveTask(Rows.Task(), null);
        var second = new LiveTask(Rows.Task(), null);
        _state.Enqueue(first);
        _state.Enqueue(first);
        _state.Enqueue(second);
        _state.TakeAnyway();
        Assert.Same(first, _state.Release());
        Assert.False(first.IsInLine);
        _state.Enqueue(first);
        Assert.Same(second, _state.Dequeue());
        Assert.Same(first, _state.Dequeue());
        Assert.Null(_state.Dequeue());
    }

    [Fact]
    public void Who_has_gone_meanwhile_is_passed_over()
    {
        var gone = new LiveTask(Rows.Task(), null);
        var waiting = new LiveTask(Rows.Task(), null);
        _state.Enqueue(gone);
        _state.Enqueue(waiting);
        gone.LetGo();
        _state.TakeAnyway();
        Assert.Same(waiting, _state.Release());
    }

    [Fact]
    public void Each_failure_in_a_row_rests_the_channel_longer_up_to_a_minute()
    {
        var rests = new List<long>();
        long now = 0;
        for (var i = 0; i < 8; i++)
        {
            _state.CoolDown(now, asked: null);
            rests.Add(_state.CoolUntil - now);
            now = _state.CoolUntil;
        }

        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000], rests);
        _state.NoteSuccess();
        _state.CoolDown(now, asked: null);
        Assert.Equal(now + 1000, _state.CoolUntil);
    }

    [Fact]
    public void What_the_upstream_asks_counts_unless_it_asks_for_less_than_a_moment()
    {
        _state.CoolDown(0, TimeSpan.FromSeconds(7));
        Assert.Equal(7000, _state.CoolUntil);

        // An earlier end is not believed, and an upstream that says "0" must not be called in a tight loop.
        _state.CoolDown(0, TimeSpan.FromSeconds(1));
        Assert.Equal(7000, _state.CoolUntil);
        _state.CoolDown(10_000, TimeSpan.Zero);
        Assert.True(_state.CoolUntil > 10_999);
    }

    [Fact]
    public void Every_kind_of_failure_has_a_reaction_and_only_sure_refusals_are_tried_again()
    {
        ProviderErrorKind[] sure =
        [
            ProviderErrorKind.NotSent, ProviderErrorKind.RateLimited, ProviderErrorKind.Overloaded, ProviderErrorKind.AccountEmpty,
            ProviderErrorKind.Unauthorized,
        ];
        ProviderErrorKind[] final = [ProviderErrorKind.InvalidRequest, ProviderErrorKind.ContentRejected];
        foreach (var kind in Enum.GetValues<ProviderErrorKind>())
        {
            var expected = sure.Contains(kind) ? AfterFailure.TryAgain : final.Contains(kind) ? AfterFailure.Fail : AfterFailure.Reconcile;
            Assert.Equal((expected, sure.Contains(kind)), (FailureReaction.To(kind).Then, FailureReaction.To(kind).CoolsChannel));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => FailureReaction.To((ProviderErrorKind)99));
    }
}
