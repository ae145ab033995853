using System.Runtime.CompilerServices;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>Joins public models with upstream facts: what each upstream model can do for each of them.</summary>
/// <param name="upstreamModels">Upstream facts by their owner: a provider, or a channel that has its own.</param>
/// <param name="require">Takes a condition and the mistake that it is where it does not hold.</param>
internal sealed class OfferJoin(IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels, Action<ModelSpec, bool, string> require)
{
    // What became of a shipped model the last time, since channels change often and what their providers say of their models does not.
    private static readonly ConditionalWeakTable<ModelSpec, Joined> LastTime = [];

    /// <summary>Everything upstream models can do for a model. One that its provider does not list has no bounds of its own.</summary>
    /// <param name="mustBeListed">Whether each upstream model must be one that its provider lists.</param>
    public List<ModelOffer> Join(ModelSpec spec, bool mustBeListed)
    {
        require(spec, spec.Upstream.Count > 0, "upstream is empty");
        var offers = new List<ModelOffer>();
        foreach (var entry in spec.Upstream)
        {
            var (provider, name) = UpstreamNames.Split(entry.Model);
            if (name.Length == 0 || !upstreamModels.TryGetValue(provider, out var listed))
            {
                require(spec, false, $"the upstream model `{entry.Model}` names no known provider");
                continue;
            }

            List<UpstreamModel?> rows = [.. listed.Where(model => model.Name == name)];
            require(spec, rows.Count > 0 || !mustBeListed, $"the upstream model `{entry.Model}` is not listed by its provider");
            if (rows.Count == 0) rows.Add(null);
            var own = rows.ConvertAll(row => ModelOffer.Of(spec, entry, row)).FindAll(offer => IsUsable(spec, offer, listed));
            require(spec, own.Count > 0, $"nothing is left of modes, seconds or sizes with `{entry.Model}`");
            own.AddRange(OfChannels(spec, entry, provider, name));
            foreach (var offer in own)
            {
                require(spec, offer.Audio == spec.Audio || spec.Audio is "choice" or "unknown", $"audio is `{spec.Audio}`, but `{entry.Model}` makes `{offer.Audio}`");
            }

            offers.AddRange(own);
        }

        return offers;
    }

    /// <summary>What a shipped model became the last time, if it was joined with the very same lists; else null.</summary>
    public PublicModel? Recall(ModelSpec shipped) =>
        LastTime.TryGetValue(shipped, out var joined) && joined.Sources.SequenceEqual(Sources(shipped)) ? joined.Model : null;

    /// <summary>Keeps what a shipped model became.</summary>
    public void Remember(ModelSpec shipped, PublicModel model) => LastTime.AddOrUpdate(shipped, new Joined([.. Sources(shipped)], model));

    // The lists that a model's offers are made of, the very objects.
    private IEnumerable<(string Owner, IReadOnlyList<UpstreamModel> Models)> Sources(ModelSpec spec)
    {
        var providers = spec.Upstream.Select(entry => UpstreamNames.OwnerOf(entry.Model)).Distinct(StringComparer.Ordinal).ToList();
        return upstreamModels.Where(pair => providers.Exists(provider => UpstreamNames.IsOf(pair.Key, provider))).Select(pair => (pair.Key, pair.Value));
    }

    // Channels whose options make the provider's models their own serve the same public models.
    private IEnumerable<ModelOffer> OfChannels(ModelSpec spec, UpstreamEntry entry, string provider, string name) =>
        from pair in upstreamModels
        where UpstreamNames.IsOfChannel(pair.Key, provider)
        from row in pair.Value
        where row.Name == name
        let offer = ModelOffer.Of(spec, entry with { Model = $"{pair.Key}:{name}" }, row)
        where IsUsable(spec, offer, pair.Value)
        select offer;

    // A row whose lengths or sizes have nothing in common with the public model's cannot be ordered; one that takes none can.
    private static bool IsUsable(ModelSpec spec, ModelOffer offer, IReadOnlyList<UpstreamModel> listed)
    {
        var name = UpstreamNames.ModelOf(offer.UpstreamModel);
        var row = listed.FirstOrDefault(model => model.Name == name && model.Modes.Any(offer.Modes.Contains));
        var lacksSeconds = offer.Seconds.IsNone && spec.Seconds is not null && row?.Seconds.Count > 0;
        var lacksSizes = offer.Sizes.IsNone && row is not null && (row.Sizes.Count > 0 || row.AnySize is not null);
        return offer.Modes.Count > 0 && !lacksSeconds && !lacksSizes;
    }

    private sealed record Joined(IReadOnlyList<(string Owner, IReadOnlyList<UpstreamModel> Models)> Sources, PublicModel Model);
}
