using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Billing;

namespace Reelay.Server.Catalog;

/// <summary>All public models of this server. Immutable; made once at start and again when channels change.</summary>
public sealed class ModelCatalog
{
    private readonly FrozenDictionary<string, PublicModel> _byName;
    private readonly FrozenDictionary<string, ModelAlias> _aliases;
    private readonly FrozenDictionary<string, IReadOnlyList<PublicModel>> _families;

    private readonly FrozenDictionary<string, Succession> _successions;

    private ModelCatalog(List<PublicModel> models, IEnumerable<ModelAlias> aliases, IReadOnlyList<Succession> successions)
    {
        Successions = successions;
        _successions = successions.ToFrozenDictionary(succession => succession.Old.Name, StringComparer.Ordinal);
        Models = models;
        _byName = models.ToFrozenDictionary(model => model.Name, StringComparer.Ordinal);
        _aliases = aliases.ToFrozenDictionary(alias => alias.Name, StringComparer.Ordinal);
        ContentExtras = models.SelectMany(model => model.Offers).SelectMany(offer => offer.Extras.Values)
            .Where(extra => extra.IsContent).Select(extra => extra.Name).ToFrozenSet(StringComparer.Ordinal);
        _families = models.Where(model => model.Spec.Family is not null).GroupBy(model => model.Spec.Family!)
            .ToFrozenDictionary(group => group.Key, group => (IReadOnlyList<PublicModel>)[.. group], StringComparer.Ordinal);
    }

    /// <summary>The models in the catalog's order.</summary>
    public IReadOnlyList<PublicModel> Models { get; }

    /// <summary>Parameters beyond the common ones that change what some model makes; a model without them refuses them.</summary>
    public IReadOnlySet<string> ContentExtras { get; }

    /// <summary>Further names, each for one model with some parameters fixed.</summary>
    public IReadOnlyCollection<ModelAlias> Aliases => _aliases.Values;

    /// <summary>Models that another is made for where no channel serves them any more.</summary>
    public IReadOnlyList<Succession> Successions { get; }

    /// <summary>Names that stand for several models, told apart by <c>model_name</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PublicModel>> Families => _families;

    /// <summary>Builds the catalog from the shipped files and what operators add.</summary>
    /// <param name="upstreamModels">Upstream facts by provider id.</param>
    /// <param name="channelModels">
    /// Models that an operator named at a channel, for example <see cref="ModelSpec.SelfHosted"/>. One with a shipped name replaces it.
    /// An upstream model that its provider does not list has no bounds of its own.
    /// </param>
    /// <param name="aliases">Aliases of the operator's own; one with a shipped alias's name replaces it.</param>
    /// <param name="successors">What takes the place of models that no channel serves any more.</param>
    /// <param name="prices">What operators say models cost, by name; a name that is no model's is left alone.</param>
    /// <exception cref="CatalogException">Lists every mistake found.</exception>
    internal static ModelCatalog Load(
        IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels,
        IReadOnlyList<ModelSpec>? channelModels = null,
        IReadOnlyList<ModelAlias>? aliases = null,
        IReadOnlyList<SuccessorSpec>? successors = null,
        IReadOnlyDictionary<string, ModelPricing>? prices = null)
    {
        var mistakes = new List<string>();
        var shipped = CatalogFiles.Read(mistakes);
        return Build(shipped, upstreamModels, channelModels ?? [], aliases ?? [], mistakes, successors, prices);
    }

    /// <summary>Builds the catalog from given models; <paramref name="mistakes"/> are those found while reading them.</summary>
    /// <exception cref="CatalogException">Lists every mistake found.</exception>
    internal static ModelCatalog Build(
        IReadOnlyList<ModelSpec> shipped,
        IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels,
        IReadOnlyList<ModelSpec> channelModels,
        IReadOnlyList<ModelAlias> ownAliases,
        IReadOnlyList<string> mistakes,
        IReadOnlyList<SuccessorSpec>? successors = null,
        IReadOnlyDictionary<string, ModelPricing>? prices = null)
    {
        var check = new CatalogCheck(upstreamModels, prices);
        check.Mistakes.AddRange(mistakes);
        var models = new List<PublicModel>();
        foreach (var spec in shipped)
        {
            if (!channelModels.Any(own => own.Name == spec.Name)) check.Add(spec, models, mustBeListed: true);
        }

        foreach (var spec in channelModels) check.Add(spec, models, mustBeListed: false);
        var aliases = models.SelectMany(model => model.Spec.Aliases ?? EmptyAliases, (model, pair) => new ModelAlias(pair.Key, model.Name, pair.Value))
            .Where(alias => ownAliases.All(own => own.Name != alias.Name)).Concat(ownAliases).ToList();
        check.CheckReferences(models, aliases);
        var successions = new SuccessionCheck(models, successors ?? [], check.Mistakes).Read();
        return check.Mistakes.Count == 0 ? new(models, aliases, successions) : throw new CatalogException(check.Mistakes);
    }

    private static IReadOnlyDictionary<string, JsonObject> EmptyAliases { get; } = new Dictionary<string, JsonObject>();

    /// <summary>Finds a model by its name or an alias; null if there is none.</summary>
    public PublicModel? Find(string name) =>
        _byName.GetValueOrDefault(name) ?? (_aliases.TryGetValue(name, out var alias) ? _byName.GetValueOrDefault(alias.Model) : null);

    /// <summary>Finds an alias; null if the name is none.</summary>
    public ModelAlias? FindAlias(string name) => _byName.ContainsKey(name) ? null : _aliases.GetValueOrDefault(name);

    /// <summary>What takes a model's place where no channel serves it; null if nothing does.</summary>
    public Succession? FindSuccession(PublicModel model) => _successions.GetValueOrDefault(model.Name);

    /// <summary>The models that a family's name stands for; null if it is none.</summary>
    public IReadOnlyList<PublicModel>? FindFamily(string name) => _families.GetValueOrDefault(name);
}

/// <summary>A further name for a model.</summary>
/// <param name="Name">The name callers use.</param>
/// <param name="Model">The model's own name.</param>
/// <param name="Parameters">What it fixes, as if the caller had sent it; another value beside it is refused.</param>
public sealed record ModelAlias(string Name, string Model, JsonObject Parameters);

/// <summary>The catalog has mistakes; the server does not start with it.</summary>
public sealed class CatalogException(IReadOnlyList<string> mistakes)
    : Exception($"The model catalog has {mistakes.Count} mistake(s):\n- {string.Join("\n- ", mistakes)}")
{
    /// <summary>One line per mistake.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
