using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Routing;

/// <summary>The channels of this server as they now are. What it holds is replaced as a whole while the server runs.</summary>
internal sealed class ChannelSet
{
    private volatile ChannelSnapshot _now;

    public ChannelSet(IEnumerable<ProviderChannel> channels, ModelCatalog? catalog = null)
        : this(new ChannelSnapshot([.. channels], [], catalog))
    {
    }

    public ChannelSet(ChannelSnapshot snapshot) => _now = snapshot;

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
    public void Publish(ChannelSnapshot snapshot) => _now = snapshot;

    /// <summary>Vendor accounts that get no orders.</summary>
    public AccountHolds Holds { get; init; } = new(null);

    /// <summary>Whether some channel of some groups serves an upstream model.</summary>
    /// <param name="now">The channels.</param>
    /// <param name="groups">Groups of a key, separated by blanks.</param>
    /// <param name="name">The model as <c>provider:model</c>.</param>
    public static bool CanServe(ChannelSnapshot now, string groups, string name)
    {
        var (provider, model) = Split(name);
        foreach (var channel in now.Active)
        {
            if (Serves(channel, provider, model) && RouteChoice.GroupRank(channel, groups) >= 0) return true;
        }

        return false;
    }

    /// <summary>Calls a task that could use a channel's opening: from the channel's own line, else from another channel's.</summary>
    public LiveTask? Call(ProviderChannel channel) => channel.State.Call(channel) ?? CallFromElsewhere(channel);

    /// <summary>
    /// Channels that can make an order, each with the upstream model it would use: in the sequence of the caller's groups, then highest priority
    /// first, then in the order's own sequence of upstream models. An order that goes on from what only one account knows goes to that account.
    /// Nothing is said of whether they can take it now.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="groups">Groups of its caller, separated by blanks.</param>
    public IReadOnlyList<ChannelRoute> RoutesFor(GenerationOrder order, string groups)
    {
        var routes = new List<ChannelRoute>();
        for (var rank = 0; rank < order.UpstreamModels.Count; rank++)
        {
            var (provider, model) = Split(order.UpstreamModels[rank]);
            foreach (var channel in All)
            {
                if (!CanUse(channel, order, provider, model) || RouteChoice.GroupRank(channel, groups) is not (>= 0 and var group)) continue;
                routes.Add(new ChannelRoute(channel, model) { Rank = rank, GroupRank = group });
            }
        }

        if (routes.Count > 1) routes.Sort(static (a, b) => a.CompareTo(b));
        return routes;
    }

    /// <summary>Whether an order needs an account that no channel open to its caller has any more. One that is switched off may come back.</summary>
    public bool IsSourceGone(GenerationOrder order, string groups) =>
        order.Source is { IsBound: true, ChannelAccount: var account }
        && All.All(channel => channel.VendorAccount != account || RouteChoice.GroupRank(channel, groups) < 0);

    /// <summary>Whether a channel gets orders at all: it is switched on, and its account has not refused our credential.</summary>
    public bool IsOpen(ProviderChannel channel) => channel.Config.IsEnabled && Holds.Find(channel.VendorAccount) is null;

    // A task waits in one line only, though any of several channels could make its order. Whom the channel itself has just refused is left
    // to the channel it waits for.
    private LiveTask? CallFromElsewhere(ProviderChannel channel)
    {
        HashSet<string>? full = null;
        var isKnown = false;
        foreach (var other in All)
        {
            if (other == channel || other.State.Waiting == 0) continue;
            if (!isKnown) (full, isKnown) = (channel.State.FullModels(channel.Config), true);
            if (other.State.CallFor(channel, live => live.RefusedBy != channel.Id && CanMake(channel, live.Task, full)) is { } next) return next;
        }

        return null;
    }

    private static bool CanMake(ProviderChannel channel, Tasks.GenerationTask task, HashSet<string>? full)
    {
        if (RouteChoice.GroupRank(channel, task.Groups) < 0 || !RouteChoice.IsWithinCost(channel, task)) return false;
        foreach (var name in task.Order.UpstreamModels)
        {
            var (provider, model) = Split(name);
            if (full?.Contains(model) != true && CanUse(channel, task.Order, provider, model)) return true;
        }

        return false;
    }

    private static bool Serves(ProviderChannel channel, string provider, string model) =>
        channel.Config.IsEnabled && channel.ModelKey == provider && channel.UpstreamModels.Contains(model);

    private static bool CanUse(ProviderChannel channel, GenerationOrder order, string provider, string model) =>
        Serves(channel, provider, model) && (order.Source is not { IsBound: true } source || source.ChannelAccount == channel.VendorAccount);

    private static (string Provider, string Model) Split(string name)
    {
        var colon = name.IndexOf(':');
        return (SharedText.Of(name[..colon]), SharedText.Of(name[(colon + 1)..]));
    }
}
