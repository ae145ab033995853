using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Catalog;

namespace Reelay.Server.Api;

/// <summary>Models in the words of the public API: their own names, the names of families, and aliases.</summary>
/// <param name="catalog">The models.</param>
/// <param name="canServe">Whether a channel serves an upstream model.</param>
/// <param name="builtAt">When this program was built.</param>
/// <param name="maySeeUnpriced">Whether models without a price can be ordered: by accounts without a balance.</param>
internal sealed class ModelBodies(ModelCatalog catalog, Func<string, bool> canServe, DateTimeOffset builtAt, bool maySeeUnpriced = true)
{
    private static readonly string[] _encodings = ["file", "data_url", "base64", "file_id", "url"];

    /// <summary>Whether the key may order a model; all by default.</summary>
    public Func<PublicModel, bool> MayOrder { get; init; } = _ => true;

    /// <summary>Everything that can be ordered, by name.</summary>
    public IReadOnlyList<Model> All() =>
    [
        .. catalog.Models.Select(model => model.Name)
            .Concat(catalog.Families.Keys.Order(StringComparer.Ordinal))
            .Concat(catalog.Aliases.Select(alias => alias.Name).Order(StringComparer.Ordinal))
            .Select(name => Find(name)).OfType<Model>(),
    ];

    /// <summary>One by its name, or null if there is none or no channel serves it.</summary>
    public Model? Find(string name)
    {
        if (catalog.FindFamily(name) is { } family) return Family(name, family);
        if (catalog.Find(name) is not { } model || !MayOrder(model) || Orderable(model) is not { } body) return null;
        return catalog.FindAlias(name) is { } alias
            ? body with { Id = name, AliasOf = model.Name, Fixed = alias.Parameters.Count > 0 ? alias.Parameters : null }
            : body;
    }

    // What the first can do stands for the family; each member is listed under its own name too.
    private Model? Family(string name, IReadOnlyList<PublicModel> family)
    {
        var bodies = family.Where(MayOrder).Select(Orderable).OfType<Model>().ToList();
        return bodies.Count == 0 ? null : bodies[^1] with
        {
            Id = name,
            Description = $"Several models, told apart by model_name; the capabilities shown are those of {bodies[^1].Id}.",
            ModelNames = [.. bodies.Select(body => body.Id)],
        };
    }

    private Model? Orderable(PublicModel model) => Body(model) ?? Succeeded(model);

    private Model? Body(PublicModel model)
    {
        if (model.Capability(canServe) is not { } capability) return null;
        var spec = model.Spec;
        if (spec is { Prices.Count: 0, IsFree: false } && !maySeeUnpriced) return null;
        return new Model
        {
            Id = model.Name,
            Created = builtAt.ToUnixTimeSeconds(),
            Description = spec.Description,
            Lifecycle = spec.Lifecycle.State,
            ShutdownDate = spec.Lifecycle.ShutdownDate,
            Successor = spec.Lifecycle.Successor,
            SuccessorMapping = catalog.FindSuccession(model) is { } succession ? Mapping(succession, isInUse: false) : null,
            Kind = spec.Kind ?? "video",
            Capabilities = Capabilities(spec, capability),
            Prices = [.. spec.Prices.Select(Price)],
        };
    }

    // What no channel serves any more is ordered by its old name all the same, in those of its values that the successor has something for.
    private Model? Succeeded(PublicModel old)
    {
        if (catalog.FindSuccession(old) is not { } succession || Body(succession.New) is not { } body) return null;
        var (spec, capabilities) = (old.Spec, body.Capabilities);
        var seconds = succession.Seconds.Keys.Order().ToList();
        return body with
        {
            Id = old.Name,
            Description = spec.Description,
            Lifecycle = spec.Lifecycle.State,
            ShutdownDate = spec.Lifecycle.ShutdownDate,
            Successor = succession.New.Name,
            SuccessorMapping = Mapping(succession, isInUse: true),
            Capabilities = capabilities with
            {
                Seconds = seconds,
                DefaultSeconds = seconds.Count == 0 ? null : spec.Seconds!.WhereNoneIsAsked(seconds.Contains),
                Sizes = [.. succession.Sizes.Keys],
                DefaultSize = spec.DefaultSize,
            },
        };
    }

    private static ModelSuccessorMapping Mapping(Succession succession, bool isInUse) => new()
    {
        Model = succession.New.Name,
        InUse = isInUse,
        Seconds = succession.Seconds.OrderBy(pair => pair.Key).ToDictionary(pair => pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), pair => pair.Value),
        Sizes = succession.Sizes,
        Missing = succession.Missing,
    };

    private static ModelCapabilities Capabilities(ModelSpec spec, ModelCapability capability) => new()
    {
        Modes = capability.Modes,
        Inputs = capability.Modes.ToDictionary(mode => mode, mode => new ModelMode(spec.Modes[mode].Requires, spec.Modes[mode].Takes ?? [])),
        Seconds = capability.Seconds,
        DefaultSeconds = spec.Seconds?.WhereNoneIsAsked(capability.Seconds.Contains),
        Sizes = spec.AnySize is null ? capability.Sizes : [.. capability.Sizes, "any"],
        AnySize = spec.AnySize is { } any
            ? new(any.MinSide, any.MaxSide, any.MultipleOf, any.MinPixels, any.MaxPixels, any.MaxRatio) : null,
        DefaultSize = spec.DefaultSize,
        Tiers = capability.Tiers,
        Qualities = capability.Qualities.Count > 0 ? capability.Qualities : null,
        DefaultQuality = spec.DefaultQuality,
        Fps = spec.Fps,
        Audio = capability.Audio,
        DefaultAudio = spec.DefaultAudio,
        MaxPromptLength = capability.MaxPromptLength,
        MaxOutputs = capability.MaxOutputs,
        References = capability.References.ToDictionary(
            pair => MediaRoles.Name(pair.Key),
            pair => new ModelReference(
                pair.Value.MaxCount, pair.Value.MaxBytes, pair.Value.Types, pair.Key is MediaRole.Character ? ["file_id"] : _encodings)),
        Parameters = [.. capability.Extras.Select(Parameter)],
    };

    private static ModelParameter Parameter(ExtraParameter extra) => new()
    {
        Name = extra.Name,
        Type = extra.Type,
        Class = extra.IsContent ? "content" : "hint",
        Allowed = extra.Allowed.Count > 0 ? extra.Allowed : null,
        Min = extra.Min,
        Max = extra.Max,
        MaxLength = extra.MaxLength,
    };

    /// <summary>One row of a price list.</summary>
    public static ModelPrice Price(PriceSpec price) => new()
    {
        Tier = price.Tier,
        Quality = price.Quality,
        Mode = price.Mode,
        Audio = price.Audio,
        InputVideo = price.InputVideo,
        InputSeconds = price.InputSeconds,
        Per = price.Per,
        Micros = price.Micros,
    };
}
