using System.Runtime.CompilerServices;
using Reelay.Providers;
using Reelay.Server.Billing;

namespace Reelay.Server.Catalog;

/// <summary>Checks models and joins them with upstream facts, collecting every mistake.</summary>
internal sealed class CatalogCheck(
    IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels, IReadOnlyDictionary<string, ModelPricing>? prices = null)
{
    // What became of a shipped model the last time, since channels change often and what their providers say of their models does not.
    private static readonly ConditionalWeakTable<ModelSpec, Joined> LastTime = [];

    public List<string> Mistakes { get; } = [];

    /// <summary>Checks one model and adds it if nothing is wrong with it.</summary>
    /// <param name="mustBeListed">Whether each upstream model must be one that its provider lists.</param>
    public void Add(ModelSpec spec, List<PublicModel> models, bool mustBeListed)
    {
        var before = Mistakes.Count;
        var pricing = prices?.GetValueOrDefault(spec.Name);
        var shipped = mustBeListed && pricing is null ? spec : null;
        var sources = Sources(spec).ToList();
        if (shipped is not null && LastTime.TryGetValue(shipped, out var joined) && joined.Sources.SequenceEqual(sources))
        {
            models.Add(joined.Model);
            return;
        }

        if (pricing is not null) spec = pricing.Apply(spec);
        Require(spec, spec.Name.Length is > 0 and <= 128 && !models.Any(model => model.Name == spec.Name), "the name must be unique and have 1 to 128 characters");
        SpecCheck.Check(spec, Require);
        if (Mistakes.Count > before)
        {
            if (pricing is null or { IsBinding: true } || Mistakes.Count > before + PriceMistakes(spec)) return;
            Mistakes.RemoveRange(before, Mistakes.Count - before);
            spec = pricing.Apply(spec, isWrong: true);
        }

        var offers = Join(spec, mustBeListed);
        if (pricing is { IsBinding: false } && MissingPrices(spec, offers).Any()) spec = pricing.Apply(spec, isWrong: true);
        foreach (var mistake in MissingPrices(spec, offers)) Mistakes.Add($"{spec.Name}: {mistake}.");
        if (Mistakes.Count > before) return;
        models.Add(new PublicModel(spec with { PriceVersion = spec.PriceVersion ?? PriceVersions.Of("shipped", spec.Prices) }, offers));
        if (shipped is not null) LastTime.AddOrUpdate(shipped, new Joined(sources, models[^1]));
    }

    /// <summary>Checks names that models use of each other, once all are known.</summary>
    public void CheckReferences(List<PublicModel> models, IReadOnlyList<ModelAlias> aliases)
    {
        bool Exists(string? name) => name is null || models.Exists(model => model.Name == name);
        foreach (var model in models)
        {
            Require(model.Spec, Exists(model.Spec.Lifecycle.Successor), $"the successor `{model.Spec.Lifecycle.Successor}` is not in the catalog");
            Require(model.Spec, Exists(model.Spec.EditWith), $"edit_with `{model.Spec.EditWith}` is not in the catalog");
            Require(model.Spec, model.Spec.Family is null || !Exists(model.Spec.Family), $"the family `{model.Spec.Family}` is the name of a model");
        }

        foreach (var alias in aliases)
        {
            if (!Exists(alias.Model)) Mistakes.Add($"{alias.Name}: the alias names `{alias.Model}`, which is not in the catalog.");
            if (Exists(alias.Name) || aliases.Count(other => other.Name == alias.Name) > 1) Mistakes.Add($"{alias.Name}: the alias is the name of something else too.");
            foreach (var (name, _) in alias.Parameters)
            {
                if (Orders.Parameters.Find(name) is null) Mistakes.Add($"{alias.Name}: the alias fixes `{name}`, which is no parameter.");
            }
        }
    }

    private void Require(ModelSpec spec, bool condition, string mistake)
    {
        if (!condition) Mistakes.Add($"{spec.Name}: {mistake}.");
    }

    // The lists that a model's offers are made of, the very objects: of its providers, and of channels that have their own.
    private IEnumerable<(string Key, IReadOnlyList<UpstreamModel> Models)> Sources(ModelSpec spec)
    {
        var providers = spec.Upstream.Select(entry => entry.Model.Split(':', 2)[0]).ToHashSet(StringComparer.Ordinal);
        return upstreamModels.Where(pair => providers.Contains(pair.Key.Split('@', 2)[0])).Select(pair => (pair.Key, pair.Value));
    }

    private List<ModelOffer> Join(ModelSpec spec, bool mustBeListed)
    {
        Require(spec, spec.Upstream.Count > 0, "upstream is empty");
        var offers = new List<ModelOffer>();
        foreach (var entry in spec.Upstream)
        {
            var parts = entry.Model.Split(':', 2);
            if (parts.Length != 2 || !upstreamModels.TryGetValue(parts[0], out var listed))
            {
                Require(spec, false, $"the upstream model `{entry.Model}` names no known provider");
                continue;
            }

            List<UpstreamModel?> rows = [.. listed.Where(model => model.Name == parts[1])];
            Require(spec, rows.Count > 0 || !mustBeListed, $"the upstream model `{entry.Model}` is not listed by its provider");
            if (rows.Count == 0) rows.Add(null);
            var own = rows.ConvertAll(row => ModelOffer.Of(spec, entry, row)).FindAll(offer => IsUsable(spec, offer, listed));
            Require(spec, own.Count > 0, $"nothing is left of modes, seconds or sizes with `{entry.Model}`");
            own.AddRange(OfChannels(spec, entry, parts[0], parts[1]));
            foreach (var offer in own)
            {
                Require(spec, offer.Audio == spec.Audio || spec.Audio is "choice" or "unknown", $"audio is `{spec.Audio}`, but `{entry.Model}` makes `{offer.Audio}`");
            }

            offers.AddRange(own);
        }

        return offers;
    }

    // Channels whose options make the provider's models their own serve the same public models.
    private IEnumerable<ModelOffer> OfChannels(ModelSpec spec, UpstreamEntry entry, string provider, string name) =>
        from pair in upstreamModels
        where pair.Key.StartsWith(provider + "@", StringComparison.Ordinal)
        from row in pair.Value
        where row.Name == name
        let offer = ModelOffer.Of(spec, entry with { Model = $"{pair.Key}:{name}" }, row)
        where IsUsable(spec, offer, pair.Value)
        select offer;

    // A row whose lengths or sizes have nothing in common with the public model's cannot be ordered; one that takes none can.
    private static bool IsUsable(ModelSpec spec, ModelOffer offer, IReadOnlyList<UpstreamModel> listed)
    {
        var name = offer.UpstreamModel[(offer.UpstreamModel.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var row = listed.FirstOrDefault(model => model.Name == name && model.Modes.Any(offer.Modes.Contains));
        var lacksSeconds = offer.Seconds.IsNone && spec.Seconds is not null && row?.Seconds.Count > 0;
        var lacksSizes = offer.Sizes.IsNone && row is not null && (row.Sizes.Count > 0 || row.AnySize is not null);
        return offer.Modes.Count > 0 && !lacksSeconds && !lacksSizes;
    }

    private static int PriceMistakes(ModelSpec spec)
    {
        var count = 0;
        SpecCheck.CheckPrices(spec, (_, condition, _) => count += condition ? 0 : 1);
        return count;
    }

    private static IEnumerable<string> MissingPrices(ModelSpec spec, List<ModelOffer> offers) =>
        from offer in offers
        from mode in offer.Modes
        from tier in offer.Sizes.Tiers.DefaultIfEmpty("")
        from quality in offer.Qualities.DefaultIfEmpty(null)
        from audio in Sounds(offer)
        from video in InputVideos(spec, mode)
        where spec.Prices.Count > 0 && Price.RowFor(spec, tier, quality, mode, audio, video) is null
        select $"there is no price for mode {mode}, tier `{tier}`, quality `{quality}`, audio {audio?.ToString() ?? "unknown"}{(video ? ", input video" : "")}";

    private static bool[] InputVideos(ModelSpec spec, string mode)
    {
        static bool IsVideo(string input) => MediaRoles.TryParse(input, out var role) && Price.IsVideo(role);
        return spec.Modes[mode].Requires.Any(IsVideo) ? [true] : (spec.Modes[mode].Takes ?? []).Any(IsVideo) ? [false, true] : [false];
    }

    private static bool?[] Sounds(ModelOffer offer) => offer.Audio switch
    {
        "always" => [true],
        "never" => [false],
        "choice" => [true, false],
        _ => [null],
    };

    private sealed record Joined(IReadOnlyList<(string Key, IReadOnlyList<UpstreamModel> Models)> Sources, PublicModel Model);
}
