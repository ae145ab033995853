using System.Collections.Frozen;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>All public models of this server. Immutable; made once at start and again when channels change.</summary>
public sealed class ModelCatalog
{
    private readonly FrozenDictionary<string, PublicModel> _byName;

    private ModelCatalog(List<PublicModel> models)
    {
        Models = models;
        _byName = models.ToFrozenDictionary(model => model.Name, StringComparer.Ordinal);
    }

    /// <summary>The models in the catalog's order.</summary>
    public IReadOnlyList<PublicModel> Models { get; }

    /// <summary>Builds the catalog from the shipped files and what channels add.</summary>
    /// <param name="upstreamModels">Upstream facts by provider id.</param>
    /// <param name="channelModels">
    /// Models that an operator named at a channel, for example <see cref="ModelSpec.SelfHosted"/>. One with a shipped name replaces it.
    /// An upstream model that its provider does not list has no bounds of its own.
    /// </param>
    /// <exception cref="CatalogException">Lists every mistake found.</exception>
    public static ModelCatalog Load(
        IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels, IReadOnlyList<ModelSpec>? channelModels = null)
    {
        var mistakes = new List<string>();
        var shipped = CatalogFiles.Read(mistakes);
        return Build(shipped, upstreamModels, channelModels ?? [], mistakes);
    }

    /// <summary>Builds the catalog from given models; <paramref name="mistakes"/> are those found while reading them.</summary>
    /// <exception cref="CatalogException">Lists every mistake found.</exception>
    public static ModelCatalog Build(
        IReadOnlyList<ModelSpec> shipped,
        IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels,
        IReadOnlyList<ModelSpec> channelModels,
        IReadOnlyList<string> mistakes)
    {
        var check = new CatalogCheck(upstreamModels);
        check.Mistakes.AddRange(mistakes);
        var models = new List<PublicModel>();
        foreach (var spec in shipped)
        {
            if (!channelModels.Any(own => own.Name == spec.Name))
            {
                check.Add(spec, models, mustBeListed: true);
            }
        }

        foreach (var spec in channelModels)
        {
            check.Add(spec, models, mustBeListed: false);
        }

        check.CheckSuccessors(models);
        return check.Mistakes.Count == 0 ? new(models) : throw new CatalogException(check.Mistakes);
    }

    /// <summary>Finds a model by its public name; null if there is none.</summary>
    public PublicModel? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>The catalog has mistakes; the server does not start with it.</summary>
public sealed class CatalogException(IReadOnlyList<string> mistakes)
    : Exception($"The model catalog has {mistakes.Count} mistake(s):\n- {string.Join("\n- ", mistakes)}")
{
    /// <summary>One line per mistake.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
