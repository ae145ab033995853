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

    public IReadOnlyList<int>? Seconds { get; init; }

    public IReadOnlyList<string>? Sizes { get; init; }

    public string? Audio { get; init; }

    public int? MaxPromptLength { get; init; }

    public IReadOnlyList<string>? Extras { get; init; }

    public string? Lifecycle { get; init; }

    public string? ShutdownDate { get; init; }

    public required string Source { get; init; }

    public UpstreamModel ToModel() => new()
    {
        Name = Name,
        Modes = Modes,
        Seconds = Seconds ?? Defaults.Seconds,
        Sizes = Sizes ?? Defaults.Sizes,
        Audio = Audio ?? Defaults.Audio,
        MaxPromptLength = MaxPromptLength ?? Defaults.MaxPromptLength,
        Extras = Extras ?? Defaults.Extras,
        Lifecycle = Lifecycle ?? Defaults.Lifecycle,
        ShutdownDate = ShutdownDate,
        Source = Source,
    };
}

/// <summary>Our own files are read strictly: a misspelt key must not pass for a missing fact.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<UpstreamModelRow>))]
internal sealed partial class UpstreamModelJson : JsonSerializerContext;
