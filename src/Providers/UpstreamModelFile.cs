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
            return JsonSerializer.Deserialize(stream, UpstreamModelJson.Default.IReadOnlyListUpstreamModel)
                ?? throw new InvalidOperationException($"{fileName} is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidOperationException($"{fileName}: {exception.Message}", exception);
        }
    }
}

/// <summary>Our own files are read strictly: a misspelt key must not pass for a missing fact.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<UpstreamModel>))]
internal sealed partial class UpstreamModelJson : JsonSerializerContext;
