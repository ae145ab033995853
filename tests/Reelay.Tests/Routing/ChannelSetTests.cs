using Reelay.Server.Catalog;
using Reelay.Server.Routing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>Which channels can make an order, in which sequence, and who gets a slot that becomes free.</summary>
public sealed class ChannelSetTests
{
    [Fact]
    public void An_order_finds_channels_of_every_provider_it_names_in_its_own_sequence()
    {
        var set = Set(Of("a", Channels.Two, "x"), Of("b", Channels.One, "y z"), Of("c", Channels.One, "x"), Of("d", Channels.Two, "y:1"));

        Assert.Equal(["b z", "b y", "a x", "d y:1"], Routes(set, Order("one:z", "one:y", "two:x", "two:y:1")));
        Assert.Equal(["a x", "b y"], Routes(set, Order("two:x", "one:y", "three:x")));
        Assert.Empty(Routes(set, Order("one:w", "three:x")));
    }

    [Fact]
    public void Groups_come_before_priority_and_priority_before_the_sequence()
    {
        var set = Set(
            Of("plain", Channels.One, "x"), Of("other", Channels.Two, "y"), Of("high", Channels.Two, "x", config => config.Priority = 5),
            Of("stable", Channels.One, "x", config => config.Groups = "stable, official"), Of("off", Channels.One, "x", config => config.IsEnabled = false));

        Assert.Equal(["high x", "plain x", "other y"], Routes(set, Order("one:x", "two:y", "two:x")));
        Assert.Equal(["stable x", "high x", "plain x"], Routes(set, Order("one:x", "two:x"), "official default"));
        Assert.Equal(["high x", "plain x", "stable x"], Routes(set, Order("one:x", "two:x"), "default stable"));
        Assert.Equal(["stable x"], Routes(set, Order("one:x", "two:x"), "stable"));
        Assert.Empty(Routes(set, Order("one:x"), "nobody"));
    }

    [Fact]
    public void A_model_can_be_ordered_by_those_to_whom_a_channel_that_is_switched_on_is_open()
    {
        var set = Set(
            Of("a", Channels.One, "x", config => config.Groups = "stable"), Of("b", Channels.One, "y"), Of("c", Channels.One, "z", config => config.IsEnabled = false));

        Assert.Equal([false, true, true], new[] { "default", "stable", "default stable" }.Select(groups => ChannelSet.CanServe(set.Now, groups, "one:x")));
        Assert.True(ChannelSet.CanServe(set.Now, "default", "one:y"));
        Assert.False(ChannelSet.CanServe(set.Now, "default", "two:y"));
        Assert.False(ChannelSet.CanServe(set.Now, "default", "one:z"));
    }

    [Fact]
    public void A_bound_order_goes_to_the_account_that_made_its_source_and_to_no_other()
    {
        var set = Set(
            Of("a", Channels.One, "x"), Of("b", Channels.One, "x"), Of("c", Channels.Two, "x"), Of("d", Channels.One, "x", config => config.Groups = "stable"),
            Of("e", Channels.One, "x", config => config.IsEnabled = false));
        var free = Order("one:x") with { Source = new OrderSource { TaskId = "task_1", ChannelAccount = "account-b" } };
        GenerationOrder Bound(string? account) => free with { Source = free.Source with { IsBound = true, ChannelAccount = account } };

        Assert.Equal(["a x", "b x"], Routes(set, free));
        Assert.Equal(["b x"], Routes(set, Bound("account-b")));
        Assert.Empty(Routes(set, Bound("account-c")));
        Assert.Empty(Routes(set, Bound("account-d")));
        Assert.Equal(["d x"], Routes(set, Bound("account-d"), "default stable"));
        Assert.Empty(Routes(set, Bound("account-e")));

        // Gone: nobody has the account any more, or it is not open to the caller. One that is switched off may come back.
        Assert.Equal(
            [false, false, true, true, false, true],
            new[] { free, Bound("account-b"), Bound(null), Bound("account-d"), Bound("account-e"), Bound("account-z") }
                .Select(order => set.IsSourceGone(order, GroupNames.Default)));
        Assert.False(set.IsSourceGone(Bound("account-d"), "stable"));
    }

    [Fact]
    public void An_opening_goes_to_the_own_line_first_and_then_to_whoever_can_use_it()
    {
        ProviderChannel a = Of("a", Channels.One, "x y"), b = Of("b", Channels.Two, "x"), c = Of("c", Channels.One, "y");
        var set = Set(a, b, c);
        var own = Channels.Wait(b, Order("two:x"));
        var onlyX = Channels.Wait(a, Order("one:x"));
        var either = Channels.Wait(a, Order("one:x", "two:x"));
        var onlyY = Channels.Wait(a, Order("one:y"));

        Assert.Same(own, set.Call(b));
        Assert.Same(either, set.Call(b));
        Assert.Null(set.Call(b));
        Assert.Same(onlyY, set.Call(c));
        Assert.Same(onlyX, set.Call(a));
        Assert.False(onlyX.IsInLine || either.IsInLine || onlyY.IsInLine);
        Assert.Equal((b, c), (either.TakeCall(), onlyY.TakeCall()));
        Assert.Equal(0, a.State.Waiting);
    }

    [Fact]
    public void An_opening_is_not_offered_to_who_may_not_have_it()
    {
        ProviderChannel a = Of("a", Channels.One, "x y"), b = Of("b", Channels.One, "x y", config => config.MaxInFlightPerModel["y"] = 0);
        var set = Set(a, b);
        var bound = Channels.Wait(a, Order("one:x") with { Source = new OrderSource { TaskId = "task_1", ChannelAccount = "account-a", IsBound = true } });
        var refused = new Server.Engine.LiveTask(
            Rows.Task() with { Order = Order("one:x") }, Rows.Attempt(Rows.Task(), channel: "b") with { EndedAt = 1, Outcome = Server.Tasks.AttemptOutcome.NotAccepted });
        a.State.Enqueue(a.Config, "x", refused);
        var stable = new Server.Engine.LiveTask(Rows.Task() with { Order = Order("one:x"), Groups = "stable" }, null);
        a.State.Enqueue(a.Config, "x", stable);
        var full = Channels.Wait(a, Order("one:y"), model: "y");

        Assert.Null(set.Call(b));
        Assert.True(bound.IsInLine && refused.IsInLine && stable.IsInLine && full.IsInLine);
        Assert.Same(bound, set.Call(a));
    }

    [Fact]
    public void The_search_for_another_channel_is_bounded()
    {
        ProviderChannel a = Of("a", Channels.One, "x"), b = Of("b", Channels.Two, "x");
        var set = Set(a, b);
        for (var i = 0; i < 256; i++) Channels.Wait(a, Order("one:x"));
        var far = Channels.Wait(a, Order("one:x", "two:x"));

        Assert.Null(set.Call(b));
        Assert.NotNull(set.Call(a));
        Assert.Same(far, set.Call(b));
    }

    private static ProviderChannel Of(string id, Engine.ScriptedUpstream upstream, string models, Action<ChannelConfig>? write = null) =>
        Channels.Of(id, upstream, models, write);

    private static ChannelSet Set(params ProviderChannel[] channels) => new(channels);

    private static GenerationOrder Order(params string[] upstreamModels) => Channels.Order(upstreamModels);

    private static IEnumerable<string> Routes(ChannelSet set, GenerationOrder order, string groups = GroupNames.Default) =>
        set.RoutesFor(order, groups).Select(route => $"{route.Channel.Id} {route.UpstreamModel}");
}
