using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers;

/// <summary>Reads the <c>…Models.json</c> files that lie in the providers' folders.</summary>
public static class UpstreamModelFile
{
    /// <summary>Reads one file, for example <c>OpenAiModels.json</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no such file, or it is not a list of models.</exception>
    public static IReadOnlyList<UpstreamModel> Load(string fileName)
    {
        using var stream = typeof(UpstreamModelFile).Assembly.GetManifestResourceStream(fileName)
            ?? throw new InvalidOperationException($"{fileName} is not embedded in the assembly");
        try
        {
            var rows = JsonSerializer.Deserialize(stream, UpstreamModelJson.Default.IReadOnlyListUpstreamModelRow)
                ?? throw new InvalidOperationException($"{fileName} is empty");
            return [.. rows.Select(row => row.ToModel())];
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"{fileName}: {exception.Message}", exception);
        }
    }
}

/// <summary>
/// A row as it stands in a file. Generated JSON readers set every init-only property, and give those a file leaves out no value at all
/// instead of their default; so the defaults are put in here.
/// </summary>
internal sealed record UpstreamModelRow
{
    private static readonly UpstreamModel Defaults = new() { Name = "", Modes = [], Source = "" };

    public required string Name { get; init; }

    public required IReadOnlyList<string> Modes { get; init; }

    public IReadOnlyList<string>? Qualities { get; init; }

    public IReadOnlyList<int>? Seconds { get; init; }

    public IReadOnlyList<string>? Sizes { get; init; }

    public SizeBounds? AnySize { get; init; }

    public bool RatioFollowsFirstFrame { get; init; }

    public string? Audio { get; init; }

    public long? ListPriceMicros { get; init; }

    public int? MaxPromptLength { get; init; }

    public int? MaxOutputs { get; init; }

    public Dictionary<MediaRole, UpstreamReference>? References { get; init; }

    public bool NeedsSourceId { get; init; }

    public bool NeedsPrompt { get; init; }

    public bool TakesUser { get; init; }

    public IReadOnlyDictionary<string, ExtraRow>? Extras { get; init; }

    public string? Lifecycle { get; init; }

    public string? ShutdownDate { get; init; }

    public required string Source { get; init; }

    public UpstreamModel ToModel() => new()
    {
        Name = Name,
        Modes = Modes,
        Qualities = Qualities ?? Defaults.Qualities,
        Seconds = Seconds ?? Defaults.Seconds,
        Sizes = Sizes ?? Defaults.Sizes,
        AnySize = AnySize,
        RatioFollowsFirstFrame = RatioFollowsFirstFrame,
        Audio = Audio ?? Defaults.Audio,
        ListPriceMicros = ListPriceMicros,
        MaxPromptLength = MaxPromptLength ?? Defaults.MaxPromptLength,
        MaxOutputs = MaxOutputs ?? Defaults.MaxOutputs,
        References = References ?? Defaults.References,
        NeedsSourceId = NeedsSourceId,
        NeedsPrompt = NeedsPrompt,
        TakesUser = TakesUser,
        Extras = Extras is null ? Defaults.Extras : [.. Extras.Select(pair => pair.Value.ToParameter(pair.Key))],
        Lifecycle = Lifecycle ?? Defaults.Lifecycle,
        ShutdownDate = ShutdownDate,
        Source = Source,
    };
}

/// <summary>An extra parameter as it stands in a file, under its name.</summary>
internal sealed record ExtraRow
{
    public required string Type { get; init; }

    public bool IsContent { get; init; }

    public IReadOnlyList<string>? Allowed { get; init; }

    public decimal? Min { get; init; }

    public decimal? Max { get; init; }

    public int? MaxLength { get; init; }

    public ExtraParameter ToParameter(string name) => new()
    {
        Name = name,
        Type = Type,
        IsContent = IsContent,
        Allowed = Allowed ?? [],
        Min = Min,
        Max = Max,
        MaxLength = MaxLength,
    };
}

/// <summary>Our own files are read strictly: a misspelt key must not pass for a missing fact.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(MediaRoleConverter)])]
[JsonSerializable(typeof(IReadOnlyList<UpstreamModelRow>))]
internal sealed partial class UpstreamModelJson : JsonSerializerContext;

/// <summary>Roles in snake case.</summary>
public sealed class MediaRoleConverter() : JsonStringEnumConverter<MediaRole>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
