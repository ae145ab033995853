using Reelay.Server.Catalog;

namespace Reelay.Server.Routing;

/// <summary>Channels, and the catalog that follows from them, at one moment. Immutable.</summary>
/// <param name="active">Those that take orders, each id once.</param>
/// <param name="draining">Those kept for open attempts; of one id there may be several, with different credentials.</param>
/// <param name="catalog">The models; null where nobody asks for them.</param>
internal sealed class ChannelSnapshot(IReadOnlyList<ProviderChannel> active, IReadOnlyList<ProviderChannel> draining, ModelCatalog? catalog)
{
    private readonly ModelCatalog? _catalog = catalog;

    /// <summary>Those that take orders.</summary>
    public IReadOnlyList<ProviderChannel> Active { get; } = active;

    /// <summary>The same by id.</summary>
    public IReadOnlyDictionary<string, ProviderChannel> ById { get; } = active.ToDictionary(channel => channel.Id, StringComparer.Ordinal);

    /// <summary>Those that only finish what they have.</summary>
    public IReadOnlyList<ProviderChannel> Draining { get; } = draining;

    /// <summary>Upstream models, as <c>provider:model</c>, that at least one channel serves.</summary>
    public IReadOnlySet<string> Servable { get; } = active
        .SelectMany(channel => channel.UpstreamModels.Select(model => channel.ModelKey + ":" + model)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The models that can be ordered.</summary>
    public ModelCatalog Catalog => _catalog ?? throw new InvalidOperationException("These channels were made without a catalog.");

    /// <summary>The channel of an id, the one that takes orders before those that drain.</summary>
    public ProviderChannel? Find(string id) => ById.GetValueOrDefault(id) ?? Draining.Where(channel => channel.Id == id).MaxBy(channel => channel.CredentialVersion);

    /// <summary>
    /// The channel of an id with this version of its credential. None stands in for it: another account would not know the attempt and
    /// say so, which would end it.
    /// </summary>
    public ProviderChannel? Find(string id, int version) =>
        ById.TryGetValue(id, out var channel) && channel.CredentialVersion == version ? channel
        : Draining.FirstOrDefault(other => other.Id == id && other.CredentialVersion == version);
}
