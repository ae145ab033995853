using Reelay.Providers;
using Reelay.Server.Routing;

namespace Reelay.Tests.Routing;

/// <summary>Slots, rates and lines of one channel.</summary>
public sealed class ChannelStateTests
{
    private const long Now = 1_000_000;

    [Fact]
    public void Slots_are_taken_up_to_the_limit_and_given_back()
    {
        var channel = Of(config => config.MaxInFlight = 2);
        Assert.True(Start(channel));
        Assert.True(Start(channel));
        Assert.False(Start(channel));
        channel.State.Release("x");
        Assert.True(Start(channel));
        channel.State.TakeAnyway("x");
        Assert.Equal((3, 3), (channel.State.InFlight, channel.State.InFlightOf("x")));
        Assert.False(Start(Of(config => config.MaxInFlight = 0)));
    }

    [Fact]
    public void Rates_are_shared_out_among_nodes_and_slots_are_not()
    {
        var channel = Of(config => (config.SubmissionsPerMinute, config.MaxInFlight) = (3, 2));
        channel.State.Nodes = 2;
        Assert.True(Start(channel));
        Assert.True(Start(channel));
        channel.State.Release("x");
        Assert.False(Start(channel));
        channel.State.Nodes = 1;
        Assert.True(Start(channel));
        Assert.False(Start(channel));
    }

    [Fact]
    public void A_model_has_a_limit_of_its_own_and_the_others_share_the_rest()
    {
        var channel = Of(config => (config.MaxInFlight, config.MaxInFlightPerModel) = (4, new() { ["x"] = 1 }));
        Assert.True(Start(channel));
        Assert.False(Start(channel));
        Assert.True(Start(channel, "y"));
        Assert.True(Start(channel, "z"));
        Assert.True(Start(channel, "y"));
        Assert.False(Start(channel, "y"));
        channel.State.Undo("x");
        Assert.True(Start(channel));
    }

    [Fact]
    public void Whoever_waits_for_a_full_model_does_not_hold_up_the_others()
    {
        var channel = Of(config => (config.MaxInFlight, config.MaxInFlightPerModel) = (4, new() { ["x"] = 1 }));
        Channels.Fill(channel, 1);
        var forX = Channels.Wait(channel, model: "x");
        var forY = Channels.Wait(channel, model: "y");

        Assert.Same(forY, channel.State.Call(channel));
        Assert.Null(channel.State.Call(channel));
        channel.State.Release("x");
        Assert.Same(forX, channel.State.Call(channel));
    }

    [Fact]
    public void Newcomers_stand_behind_those_who_wait_and_those_who_are_called()
    {
        var channel = Of(config => config.MaxInFlight = 2);
        Channels.Fill(channel, 1);
        var first = Channels.Wait(channel);
        Assert.False(Start(channel));
        Assert.Equal(1, channel.State.Openings(channel.Config, Now));

        Assert.Same(first, channel.State.Call(channel));
        Assert.Equal(0, channel.State.Openings(channel.Config, Now));
        Assert.False(Start(channel));
        Assert.True(Start(channel, isCalled: true));
        channel.State.EndCall();
        channel.State.Release("x");
        Assert.True(Start(channel));
    }

    [Fact]
    public void Who_was_called_and_could_not_go_gets_the_old_place_back()
    {
        var channel = Of();
        var lives = Enumerable.Range(0, 3).Select(_ => Channels.Wait(channel)).ToList();
        var called = channel.State.Call(channel)!;
        channel.State.Enqueue(channel.Config, "x", called, isBack: true);
        Assert.Equal(lives, Enumerable.Range(0, 3).Select(_ => channel.State.Call(channel)));
    }

    [Fact]
    public void Each_stands_in_one_line_once_and_may_leave_it()
    {
        ProviderChannel a = Of(), b = Of();
        var live = Channels.Wait(a);
        a.State.Enqueue(a.Config, "x", live);
        Assert.Equal(1, a.State.Waiting);
        b.State.Enqueue(b.Config, "x", live);
        Assert.Equal((0, 1), (a.State.Waiting, b.State.Waiting));
        a.State.Leave(live);
        Assert.True(live.IsInLine);
        b.State.Leave(live);
        Assert.False(live.IsInLine);
        Assert.Null(b.State.Call(b));
        Assert.Equal(0, b.State.PositionOf(live));
    }

    [Fact]
    public void Openings_are_what_slots_rate_and_circuit_all_allow()
    {
        var channel = Of(config => (config.MaxInFlight, config.SubmissionsPerSecond) = (10, 3));
        Assert.Equal(3, channel.State.Openings(channel.Config, Now));
        Assert.True(Start(channel));
        Assert.Equal(2, channel.State.Openings(channel.Config, Now));
        Channels.Fill(channel, 8);
        Assert.Equal(1, channel.State.Openings(channel.Config, Now));
        Channels.Fill(channel, 1);
        Assert.Equal(0, channel.State.Openings(channel.Config, Now));
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
            Assert.Equal(expected, FailureReaction.To(kind).Then);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => FailureReaction.To((ProviderErrorKind)99));
    }

    private static ProviderChannel Of(Action<ChannelConfig>? write = null) => Channels.Of("a", Channels.One, "x y z", write);

    private static bool Start(ProviderChannel channel, string model = "x", bool isCalled = false) =>
        channel.State.TryStart(channel.Config, model, Now, isCalled).IsStarted;
}
