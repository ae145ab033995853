using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>Every provider of the assembly. A new one registers itself by being there.</summary>
internal sealed class ProviderSet
{
    private readonly Dictionary<string, IVideoProvider> _byId = new(StringComparer.Ordinal);

    public ProviderSet()
    {
        foreach (var type in typeof(IVideoProvider).Assembly.GetTypes())
        {
            if (!type.IsSealed || !type.IsAssignableTo(typeof(IVideoProvider))) continue;
            var provider = (IVideoProvider)Activator.CreateInstance(type)!;
            if (!_byId.TryAdd(provider.Id, provider))
            {
                throw new InvalidOperationException($"{type} and {_byId[provider.Id].GetType()} are both the provider '{provider.Id}'.");
            }
        }
    }

    /// <summary>All of them, in the order of their ids.</summary>
    public IEnumerable<IVideoProvider> All => _byId.Values.OrderBy(provider => provider.Id, StringComparer.Ordinal);

    /// <summary>Their ids.</summary>
    public IEnumerable<string> Ids => _byId.Keys.Order(StringComparer.Ordinal);

    /// <summary>The provider with this id, or null.</summary>
    public IVideoProvider? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Upstream facts by provider id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> Models => _byId.ToDictionary(pair => pair.Key, pair => pair.Value.Models);
}
