using Reelay.Server.Tasks;

namespace Reelay.Server.Routing;

/// <summary>A channel and the upstream model it would use for an order.</summary>
internal readonly record struct ChannelRoute(ProviderChannel Channel, string UpstreamModel) : IComparable<ChannelRoute>
{
    /// <summary>Place of the upstream model in the order's sequence, best first; 0 for the first.</summary>
    public int Rank { get; init; }

    /// <summary>Place of the channel's group in the caller's sequence; 0 for the first.</summary>
    public int GroupRank { get; init; }

    /// <inheritdoc/>
    public int CompareTo(ChannelRoute other)
    {
        var byClass = CompareClass(other);
        return byClass != 0 ? byClass : string.CompareOrdinal(Channel.Id, other.Channel.Id);
    }

    /// <summary>Whether chance alone decides between the two.</summary>
    public bool IsEqualTo(ChannelRoute other) => CompareClass(other) == 0;

    private int CompareClass(ChannelRoute other)
    {
        var byGroup = GroupRank.CompareTo(other.GroupRank);
        if (byGroup != 0) return byGroup;
        var byPriority = other.Channel.Config.Priority.CompareTo(Channel.Config.Priority);
        return byPriority != 0 ? byPriority : Rank.CompareTo(other.Rank);
    }
}

/// <summary>Which of the channels that can make an order are tried, in which sequence.</summary>
internal static class RouteChoice
{
    /// <summary>Place of the first of a caller's groups that a channel is open to; below 0 if it is open to none.</summary>
    public static int GroupRank(ProviderChannel channel, string groups)
    {
        var open = channel.Groups;
        if (!groups.Contains(' ')) return open.Contains(groups) ? 0 : -1;
        return Array.FindIndex(GroupNames.Split(groups), open.Contains);
    }

    /// <summary>Draws among equals by weight: each place in the sequence goes to one of those left, in proportion to their weights.</summary>
    /// <param name="routes">Sorted.</param>
    /// <param name="randomness">Chance.</param>
    public static IEnumerable<ChannelRoute> Draw(IReadOnlyList<ChannelRoute> routes, Randomness randomness)
    {
        for (var from = 0; from < routes.Count;)
        {
            var to = from + 1;
            while (to < routes.Count && routes[to].IsEqualTo(routes[from])) to++;
            if (to - from == 1)
            {
                yield return routes[from++];
                continue;
            }

            var equals = new List<ChannelRoute>(to - from);
            for (; from < to; from++) equals.Add(routes[from]);
            while (equals.Count > 0) yield return TakeOne(equals, randomness);
        }
    }

    /// <summary>Whether a further attempt on a channel stays within what the operator lets one task cost; always so for a first one.</summary>
    public static bool IsWithinCost(ProviderChannel channel, GenerationTask task) =>
        task.FailoverCount == 0 || CostMicros(channel, task) <= task.FailoverBudgetMicros;

    /// <summary>What an attempt on a channel may cost the operator, in micro-dollars.</summary>
    public static long CostMicros(ProviderChannel channel, GenerationTask task) => (long)(task.PriceMicros * (decimal)channel.Config.CostFactor);

    private static ChannelRoute TakeOne(List<ChannelRoute> equals, Randomness randomness)
    {
        var total = 0L;
        foreach (var route in equals) total += route.Channel.Config.Weight;
        var drawn = equals.Count == 1 ? 0 : (long)(randomness.Fraction() * total);
        var index = 0;
        while (drawn >= equals[index].Channel.Config.Weight) drawn -= equals[index++].Channel.Config.Weight;
        var taken = equals[index];
        equals.RemoveAt(index);
        return taken;
    }
}
