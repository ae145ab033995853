using Reelay.Server.Catalog;
using Reelay.Server.Engine;

namespace Reelay.Server.Routing;

/// <summary>The channels of this server. Fixed after start.</summary>
internal sealed class ChannelSet
{
    private readonly Dictionary<string, ProviderChannel> _byId;
    private readonly HashSet<string> _servable;

    public ChannelSet(IEnumerable<ProviderChannel> channels)
    {
        _byId = channels.ToDictionary(channel => channel.Id, StringComparer.Ordinal);
        _servable = _byId.Values
            .SelectMany(channel => channel.UpstreamModels.Select(model => channel.ModelKey + ":" + model))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ProviderChannel> All => _byId.Values;

    /// <summary>The channel with this id, or null if the operator has removed it.</summary>
    public ProviderChannel? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Upstream models, as <c>provider:model</c>, that at least one channel serves.</summary>
    public IReadOnlySet<string> Servable => _servable;

    /// <summary>Gives an attempt's slot back.</summary>
    /// <returns>A waiting task to be looked at, or null.</returns>
    public LiveTask? Release(ProviderChannel channel) => channel.State.Release() ?? NextElsewhere(channel);

    /// <summary>Takes a task that could use a channel's slot out of its line: from the channel's own, else from another channel's.</summary>
    public LiveTask? Dequeue(ProviderChannel channel) => channel.State.Dequeue() ?? NextElsewhere(channel);

    /// <summary>
    /// Channels that can make an order, each with the upstream model it would use: highest priority first, then in the order's own sequence
    /// of upstream models, then least busy. An order that goes on from what only one account knows goes to that account.
    /// </summary>
    public IReadOnlyList<ChannelRoute> RoutesFor(GenerationOrder order)
    {
        var routes = new List<ChannelRoute>();
        for (var rank = 0; rank < order.UpstreamModels.Count; rank++)
        {
            var (provider, model) = Split(order.UpstreamModels[rank]);
            foreach (var channel in _byId.Values)
            {
                if (CanUse(channel, order, provider, model)) routes.Add(new ChannelRoute(channel, model) { Rank = rank });
            }
        }

        if (routes.Count > 1) routes.Sort(static (a, b) => a.CompareTo(b));
        return routes;
    }

    /// <summary>Whether an order needs an account that no channel here has any more.</summary>
    public bool IsSourceGone(GenerationOrder order) =>
        order.Source is { IsBound: true, ChannelAccount: var account } && _byId.Values.All(channel => channel.VendorAccount != account);

    // A task waits in one line only, though any of several channels could make its order.
    private LiveTask? NextElsewhere(ProviderChannel channel)
    {
        foreach (var other in _byId.Values)
        {
            if (other != channel && other.State.DequeueFirst(live => CanMake(channel, live.Task.Order)) is { } next) return next;
        }

        return null;
    }

    private static bool CanMake(ProviderChannel channel, GenerationOrder order)
    {
        foreach (var name in order.UpstreamModels)
        {
            var (provider, model) = Split(name);
            if (CanUse(channel, order, provider, model)) return true;
        }

        return false;
    }

    private static bool CanUse(ProviderChannel channel, GenerationOrder order, string provider, string model) =>
        channel.ModelKey == provider && channel.UpstreamModels.Contains(model)
        && (order.Source is not { IsBound: true } source || source.ChannelAccount == channel.VendorAccount);

    private static (string Provider, string Model) Split(string name)
    {
        var colon = name.IndexOf(':');
        return (name[..colon], name[(colon + 1)..]);
    }
}

/// <summary>A channel and the upstream model it would use.</summary>
internal readonly record struct ChannelRoute(ProviderChannel Channel, string UpstreamModel) : IComparable<ChannelRoute>
{
    /// <summary>Place of the upstream model in the order's sequence, best first; 0 for the first.</summary>
    public int Rank { get; init; }

    /// <inheritdoc/>
    public int CompareTo(ChannelRoute other)
    {
        var byPriority = other.Channel.Config.Priority.CompareTo(Channel.Config.Priority);
        if (byPriority != 0) return byPriority;
        var byRank = Rank.CompareTo(other.Rank);
        if (byRank != 0) return byRank;
        var byLoad = Channel.State.InFlight.CompareTo(other.Channel.State.InFlight);
        return byLoad != 0 ? byLoad : string.CompareOrdinal(Channel.Id, other.Channel.Id);
    }
}
