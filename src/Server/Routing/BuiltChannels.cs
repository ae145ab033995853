using Reelay.Providers;
using Reelay.Server.Catalog;

namespace Reelay.Server.Routing;

/// <summary>What came of the operator's channels.</summary>
/// <param name="known">Upstream facts by provider id.</param>
internal sealed class BuiltChannels(IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> known)
{
    private readonly List<ProviderChannel> _channels = [];
    private readonly List<ModelSpec> _added = [];

    /// <summary>Upstream facts by the first part of an upstream model's name: a provider's id, or that of one channel's own models.</summary>
    public Dictionary<string, IReadOnlyList<UpstreamModel>> Upstream { get; } = new(known, StringComparer.Ordinal);

    /// <summary>The channels.</summary>
    public IReadOnlyList<ProviderChannel> Channels => _channels;

    /// <summary>Models that channels added to the catalog.</summary>
    public IReadOnlyList<ModelSpec> Added => _added;

    /// <summary>What their settings name in vain, at the channels that do.</summary>
    public List<GoneModels> Gone { get; } = [];

    /// <summary>Adds a channel.</summary>
    public void Add(ProviderChannel channel) => _channels.Add(channel);

    /// <summary>Adds a model of an operator's own server; a second channel that names it is a further way to it.</summary>
    public void AddModel(ServedModel model, string key)
    {
        var entry = new UpstreamEntry { Model = $"{key}:{model.Upstream}" };
        var index = _added.FindIndex(spec => spec.Name == model.Public);
        if (index < 0) _added.Add(ModelSpec.SelfHosted(model.Public, entry.Model, rows: Upstream[key].Where(row => row.Name == model.Upstream)));
        else _added[index] = _added[index] with { Upstream = [.. _added[index].Upstream, entry] };
    }
}
