using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Tests.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>Which channels can make an order, and who gets a slot that becomes free.</summary>
public sealed class ChannelSetTests
{
    private static readonly ScriptedUpstream One = new() { Id = "one" };
    private static readonly ScriptedUpstream Two = new() { Id = "two" };

    [Fact]
    public void An_order_finds_channels_of_every_provider_it_names_in_its_own_sequence()
    {
        var set = new ChannelSet([Channel("a", Two, "x"), Channel("b", One, "y", "z"), Channel("c", One, "x"), Channel("d", Two, "y:1")]);

        Assert.Equal(["b z", "b y", "a x", "d y:1"], Routes(set, Order("one:z", "one:y", "two:x", "two:y:1")));
        Assert.Equal(["a x", "b y"], Routes(set, Order("two:x", "one:y", "three:x")));
        Assert.Empty(Routes(set, Order("one:w", "three:x")));
    }

    [Fact]
    public void Priority_comes_before_the_sequence_and_the_sequence_before_the_load()
    {
        ProviderChannel last = Channel("last", Two, "x", priority: 5), busy = Channel("busy", One, "x"), idle = Channel("idle", One, "x");
        var set = new ChannelSet([busy, idle, Channel("other", Two, "y"), last]);
        busy.State.TakeAnyway();
        idle.State.TakeAnyway();
        busy.State.TakeAnyway();

        Assert.Equal(["last x", "idle x", "busy x", "other y"], Routes(set, Order("one:x", "two:y", "two:x")));
    }

    [Fact]
    public void A_bound_order_goes_to_the_account_that_made_its_source_and_to_no_other()
    {
        var set = new ChannelSet([Channel("a", One, "x"), Channel("b", One, "x"), Channel("c", Two, "x")]);
        var free = Order("one:x") with { Source = new OrderSource { TaskId = "task_1", ChannelAccount = "account-b" } };
        var bound = free with { Source = free.Source with { IsBound = true } };
        var lost = bound with { Source = bound.Source with { ChannelAccount = null } };
        var wrong = bound with { Source = bound.Source with { ChannelAccount = "account-c" } };

        Assert.Equal(["a x", "b x"], Routes(set, free));
        Assert.Equal(["b x"], Routes(set, bound));
        Assert.Empty(Routes(set, wrong));
        Assert.Equal([false, false, true, false], new[] { free, bound, lost, wrong }.Select(set.IsSourceGone));
        Assert.True(new ChannelSet([Channel("a", One, "x")]).IsSourceGone(bound));
        Assert.False(set.IsSourceGone(Order("one:x")));
    }

    [Fact]
    public void A_free_slot_goes_to_the_own_line_first_and_then_to_whoever_can_use_it()
    {
        ProviderChannel a = Channel("a", One, "x", "y"), b = Channel("b", Two, "x"), c = Channel("c", One, "y");
        var set = new ChannelSet([a, b, c]);
        var own = Waiting(b, Order("two:x"));
        var onlyX = Waiting(a, Order("one:x"));
        var either = Waiting(a, Order("one:x", "two:x"));
        var onlyY = Waiting(a, Order("one:y"));
        foreach (var channel in set.All) channel.State.TakeAnyway();
        b.State.TakeAnyway();
        b.State.TakeAnyway();

        Assert.Same(own, set.Release(b));
        Assert.Same(either, set.Release(b));
        Assert.Null(set.Release(b));
        Assert.Same(onlyY, set.Release(c));
        Assert.Same(onlyX, set.Release(a));
        Assert.False(onlyX.IsInLine || either.IsInLine || onlyY.IsInLine);
    }

    [Fact]
    public void A_slot_is_not_offered_to_an_order_that_is_bound_elsewhere()
    {
        ProviderChannel a = Channel("a", One, "x"), b = Channel("b", One, "x");
        var set = new ChannelSet([a, b]);
        var bound = Waiting(a, Order("one:x") with { Source = new OrderSource { TaskId = "task_1", ChannelAccount = "account-a", IsBound = true } });
        var gone = Waiting(a, Order("one:x"));
        gone.LetGo();

        Assert.Null(set.Dequeue(b));
        Assert.True(bound.IsInLine);
        Assert.Same(bound, set.Dequeue(a));
    }

    private static LiveTask Waiting(ProviderChannel channel, GenerationOrder order)
    {
        var live = new LiveTask(Rows.Task() with { Order = order }, null);
        channel.State.Enqueue(live);
        return live;
    }

    private static GenerationOrder Order(params string[] upstreamModels) => Rows.Order() with { UpstreamModels = upstreamModels };

    private static IEnumerable<string> Routes(ChannelSet set, GenerationOrder order) =>
        set.RoutesFor(order).Select(route => $"{route.Channel.Id} {route.UpstreamModel}");

    private static ProviderChannel Channel(string id, ScriptedUpstream upstream, string model, string? second = null, int priority = 0) => new()
    {
        Id = id,
        Config = EngineWorld.Quick(priority: priority),
        Provider = upstream,
        ModelKey = upstream.Id,
        VendorAccount = "account-" + id,
        UpstreamModels = new HashSet<string> { model, second ?? model },
        Account = new ProviderAccount
        {
            ChannelId = id,
            BaseUrl = new Uri("http://upstream.test"),
            Credential = new ProviderCredential.None(),
            Http = new HttpMessageInvoker(new RecordingUpstream()),
            Time = TimeProvider.System,
        },
    };
}
