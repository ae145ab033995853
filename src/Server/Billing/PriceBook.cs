using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Server.Catalog;

namespace Reelay.Server.Billing;

/// <summary>Prices that operators set: by the settings, and above them the newest versions of the admin API.</summary>
internal sealed class PriceBook
{
    private readonly IReadOnlyDictionary<string, ModelPricing> _settings;
    private readonly IPriceStore? _store;
    private readonly TimeProvider _time;
    private Dictionary<string, PriceVersion> _versions;

    /// <summary>Reads what is stored.</summary>
    /// <param name="settings">Those of the settings, by model.</param>
    /// <param name="store">Where versions are kept; null for none.</param>
    /// <param name="time">The clock.</param>
    public PriceBook(IReadOnlyDictionary<string, ModelPricing> settings, IPriceStore? store, TimeProvider time)
    {
        (_settings, _store, _time) = (settings, store, time);
        _versions = store?.ListNewest().ToDictionary(version => version.Model, StringComparer.Ordinal) ?? [];
    }

    /// <summary>No prices but the shipped ones.</summary>
    public static PriceBook Empty { get; } = new(new Dictionary<string, ModelPricing>(), null, TimeProvider.System);

    /// <summary>What holds now, by model.</summary>
    public IReadOnlyDictionary<string, ModelPricing> Now => With(null);

    /// <summary>The newest version that the admin API has for a model, one that takes prices back too; or null.</summary>
    public PriceVersion? Find(string model) => _versions.GetValueOrDefault(model);

    /// <summary>What would hold with one more version.</summary>
    public IReadOnlyDictionary<string, ModelPricing> With(NewPriceVersion? added)
    {
        var all = new Dictionary<string, ModelPricing>(_settings, StringComparer.Ordinal);
        foreach (var version in _versions.Values)
        {
            if (version.Model != added?.Model) Lay(all, version.Model, $"admin-{version.Id}", version.IsFree, version.Prices, isBinding: false);
        }

        if (added is not null) Lay(all, added.Model, "admin", added.IsFree, added.Prices, isBinding: true);
        return all;
    }

    /// <summary>Reads again what is stored: another node may have changed it.</summary>
    public void Reload() => _versions = _store?.ListNewest().ToDictionary(version => version.Model, StringComparer.Ordinal) ?? [];

    /// <summary>Keeps a version; from here on it holds.</summary>
    public void Save(NewPriceVersion added)
    {
        var saved = _store!.Insert(added, _time.GetUtcNow().ToUnixTimeMilliseconds());
        _versions = new(_versions, StringComparer.Ordinal) { [saved.Model] = saved };
    }

    private static void Lay(
        Dictionary<string, ModelPricing> all, string model, string version, bool isFree, IReadOnlyList<PriceSpec>? prices, bool isBinding)
    {
        if (isFree || prices is not null) all[model] = new(version, isFree, prices ?? []) { IsBinding = isBinding };
    }
}

/// <summary>Where versions of prices are kept. Append-only.</summary>
internal interface IPriceStore
{
    /// <summary>The newest version of each model.</summary>
    IReadOnlyList<PriceVersion> ListNewest();

    /// <summary>Adds one.</summary>
    PriceVersion Insert(NewPriceVersion version, long now);
}

/// <summary>What an operator wants a model to cost from now on.</summary>
/// <param name="Model">The public model.</param>
/// <param name="IsFree">It costs nothing.</param>
/// <param name="Prices">The rows; null, and not free, takes back what the admin API said before.</param>
/// <param name="KeyId">The operator's key.</param>
internal sealed record NewPriceVersion(string Model, bool IsFree, IReadOnlyList<PriceSpec>? Prices, string KeyId);

/// <summary>One that is kept.</summary>
/// <param name="Id">Grows.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
internal sealed record PriceVersion(long Id, string Model, bool IsFree, IReadOnlyList<PriceSpec>? Prices, string KeyId, long CreatedAt);

/// <summary>How rows of prices are stored and sent: snake case, absent where null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<PriceSpec>))]
internal sealed partial class PriceRowsJson : JsonSerializerContext
{
    /// <summary>Reads stored rows.</summary>
    public static IReadOnlyList<PriceSpec> Read(string text) => JsonSerializer.Deserialize(text, Default.IReadOnlyListPriceSpec)!;

    /// <summary>Writes rows.</summary>
    public static string Write(IReadOnlyList<PriceSpec> rows) => JsonSerializer.Serialize(rows, Default.IReadOnlyListPriceSpec);
}
