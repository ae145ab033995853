using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Routing;

/// <summary>The channels of this server as they now are. What it holds is replaced as a whole while the server runs.</summary>
internal sealed class ChannelSet
{
    private volatile ChannelSnapshot _now;

    // The same as in the snapshot; what routes orders reads it once per look.
    private volatile IReadOnlyDictionary<string, ProviderChannel> _byId;

    public ChannelSet(IEnumerable<ProviderChannel> channels, ModelCatalog? catalog = null)
        : this(new ChannelSnapshot([.. channels], [], catalog))
    {
    }

    public ChannelSet(ChannelSnapshot snapshot) => (_now, _byId) = (snapshot, snapshot.ById);

    /// <summary>Channels and catalog that belong together: for whoever looks at more than one of them.</summary>
    public ChannelSnapshot Now => _now;

    /// <summary>All that orders go to.</summary>
    public IReadOnlyCollection<ProviderChannel> All => _now.Active;

    /// <summary>Those that take no orders any more and are kept for attempts that are open.</summary>
    public IReadOnlyCollection<ProviderChannel> Draining => _now.Draining;

    /// <summary>The channel with this id: the one that takes orders, else the newest that drains; null if the operator has removed it and nothing is open.</summary>
    public ProviderChannel? Find(string id) => _now.Find(id);

    /// <summary>The channel as an attempt was sent with it: its account and credential of then.</summary>
    public ProviderChannel? Find(TaskAttempt attempt) => _now.Find(attempt.ChannelId, attempt.CredentialVersion);

    /// <summary>Upstream models, as <c>provider:model</c>, that at least one channel serves.</summary>
    public IReadOnlySet<string> Servable => _now.Servable;

    /// <summary>Replaces everything. Whoever took a channel out before goes on with it; slots are shared by all that ever had its id.</summary>
    public void Publish(ChannelSnapshot snapshot) => (_now, _byId) = (snapshot, snapshot.ById);

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
