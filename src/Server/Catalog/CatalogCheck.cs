using Reelay.Providers;
using Reelay.Server.Billing;

namespace Reelay.Server.Catalog;

/// <summary>Checks models and joins them with upstream facts, collecting every mistake.</summary>
internal sealed class CatalogCheck
{
    private readonly OfferJoin _join;
    private readonly IReadOnlyDictionary<string, ModelPricing>? _prices;

    public CatalogCheck(
        IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels, IReadOnlyDictionary<string, ModelPricing>? prices = null) =>
        (_join, _prices) = (new OfferJoin(upstreamModels, Require), prices);

    public List<string> Mistakes { get; } = [];

    /// <summary>Checks one model and adds it if nothing is wrong with it.</summary>
    /// <param name="mustBeListed">Whether each upstream model must be one that its provider lists.</param>
    public void Add(ModelSpec spec, List<PublicModel> models, bool mustBeListed)
    {
        var before = Mistakes.Count;
        var pricing = _prices?.GetValueOrDefault(spec.Name);
        var shipped = mustBeListed && pricing is null ? spec : null;
        var model = shipped is null ? null : _join.Recall(shipped);
        if (model is not null)
        {
            models.Add(model);
            return;
        }

        if (pricing is not null) spec = pricing.Apply(spec);
        Require(spec, spec.Name.Length is > 0 and <= 128 && !models.Exists(other => other.Name == spec.Name), "the name must be unique and have 1 to 128 characters");
        SpecCheck.Check(spec, Require);
        if (Mistakes.Count > before)
        {
            if (pricing is null or { IsBinding: true } || Mistakes.Count > before + PriceMistakes(spec)) return;
            Mistakes.RemoveRange(before, Mistakes.Count - before);
            spec = pricing.Apply(spec, isWrong: true);
        }

        var offers = _join.Join(spec, mustBeListed);
        if (pricing is { IsBinding: false } && MissingPrices(spec, offers).Any()) spec = pricing.Apply(spec, isWrong: true);
        foreach (var mistake in MissingPrices(spec, offers)) Mistakes.Add($"{spec.Name}: {mistake}.");
        if (Mistakes.Count > before) return;
        model = new PublicModel(spec with { PriceVersion = spec.PriceVersion ?? PriceVersions.Of("shipped", spec.Prices) }, offers);
        models.Add(model);
        if (shipped is not null) _join.Remember(shipped, model);
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
}
