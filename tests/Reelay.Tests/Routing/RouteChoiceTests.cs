using Reelay.Server.Routing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>Chance among equal channels.</summary>
public sealed class RouteChoiceTests
{
    [Fact]
    public void Ten_thousand_draws_are_shared_by_weight_and_repeat_under_one_seed()
    {
        var set = new ChannelSet(
        [
            Weighted("a", 100), Weighted("b", 200), Weighted("c", 700),
            Channels.Of("low", Channels.One, "x", config => (config.Priority, config.Weight) = (-1, 10_000)),
        ]);
        var routes = set.RoutesFor(Channels.Order("one:x"), GroupNames.Default);

        var firsts = Draws(routes, seed: 7);
        Assert.Equal(firsts, Draws(routes, seed: 7));
        Assert.NotEqual(firsts, Draws(routes, seed: 8));

        // Four standard deviations of 10,000 draws.
        var counts = firsts.CountBy(id => id).ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.InRange(counts["a"], 880, 1120);
        Assert.InRange(counts["b"], 1840, 2160);
        Assert.InRange(counts["c"], 6817, 7183);
        Assert.DoesNotContain("low", counts.Keys);
    }

    [Fact]
    public void Every_route_comes_once_and_only_equals_change_places()
    {
        var set = new ChannelSet(
        [
            Channels.Of("high", Channels.One, "x", config => config.Priority = 3), Weighted("a", 1), Weighted("b", 10_000),
            Channels.Of("second", Channels.Two, "y"),
            Channels.Of("stable", Channels.One, "x", config => (config.Priority, config.Groups) = (9, "stable")),
        ]);
        var routes = set.RoutesFor(Channels.Order("one:x", "two:y"), "default stable");
        var randomness = new SeededRandomness(1);
        for (var i = 0; i < 100; i++)
        {
            var drawn = RouteChoice.Draw(routes, randomness).Select(route => route.Channel.Id).ToList();
            Assert.Equal(("high", "second", "stable"), (drawn[0], drawn[3], drawn[4]));
            Assert.Equal(["a", "b"], drawn[1..3].Order());
        }
    }

    [Fact]
    public void The_second_place_is_shared_by_weight_among_those_left()
    {
        var set = new ChannelSet([Weighted("a", 9000), Weighted("b", 900), Weighted("c", 100)]);
        var routes = set.RoutesFor(Channels.Order("one:x"), GroupNames.Default);
        var randomness = new SeededRandomness(3);
        var behindA = Enumerable.Range(0, 10_000).Select(_ => RouteChoice.Draw(routes, randomness).Take(2).Select(route => route.Channel.Id).ToList())
            .Where(pair => pair[0] == "a").Select(pair => pair[1]).ToList();
        Assert.InRange(behindA.Count, 8880, 9120);
        Assert.InRange(behindA.Count(id => id == "b") / (double)behindA.Count, 0.887, 0.913);
    }

    private static ProviderChannel Weighted(string id, int weight) => Channels.Of(id, Channels.One, "x", config => config.Weight = weight);

    private static List<string> Draws(IReadOnlyList<ChannelRoute> routes, int seed)
    {
        var randomness = new SeededRandomness(seed);
        return [.. Enumerable.Range(0, 10_000).Select(_ => RouteChoice.Draw(routes, randomness).First().Channel.Id)];
    }
}
