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
            .SelectMany(channel => channel.UpstreamModels.Select(model => channel.Provider.Id + ":" + model))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ProviderChannel> All => _byId.Values;

    /// <summary>The channel with this id, or null if the operator has removed it.</summary>
    public ProviderChannel? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Upstream models, as <c>provider:model</c>, that at least one channel serves.</summary>
    public IReadOnlySet<string> Servable => _servable;

    /// <summary>Gives an attempt's slot back.</summary>
    /// <returns>A waiting task to be looked at, from the channel's own line or else from another of the same provider; or null.</returns>
    public LiveTask? Release(ProviderChannel channel)
    {
        if (channel.State.Release() is { } own) return own;
        foreach (var other in _byId.Values)
        {
            if (other.Provider == channel.Provider && other.State.Dequeue() is { } next) return next;
        }

        return null;
    }

    /// <summary>Channels that can make an order, each with the upstream model it would use: highest priority first, then least busy.</summary>
    public IReadOnlyList<ChannelRoute> RoutesFor(GenerationOrder order)
    {
        var routes = new List<ChannelRoute>();
        foreach (var name in order.UpstreamModels)
        {
            var (provider, model) = Split(name);
            foreach (var channel in _byId.Values)
            {
                if (channel.Provider.Id == provider && channel.UpstreamModels.Contains(model)) routes.Add(new ChannelRoute(channel, model));
            }
        }

        if (routes.Count > 1) routes.Sort(static (a, b) => a.CompareTo(b));
        return routes;
    }

    private static (string Provider, string Model) Split(string name)
    {
        var colon = name.IndexOf(':');
        return (name[..colon], name[(colon + 1)..]);
    }
}

/// <summary>A channel and the upstream model it would use.</summary>
internal readonly record struct ChannelRoute(ProviderChannel Channel, string UpstreamModel) : IComparable<ChannelRoute>
{
    /// <inheritdoc/>
    public int CompareTo(ChannelRoute other)
    {
        var byPriority = other.Channel.Config.Priority.CompareTo(Channel.Config.Priority);
        if (byPriority != 0) return byPriority;
        var byLoad = Channel.State.InFlight.CompareTo(other.Channel.State.InFlight);
        return byLoad != 0 ? byLoad : string.CompareOrdinal(Channel.Id, other.Channel.Id);
    }
}
