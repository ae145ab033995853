using System.Text.Json;

namespace Reelay.Providers.Sketch;

/// <summary>Reads answers; lenient: only what is used, and whatever is not known is said to be so.</summary>
internal static class SketchAnswers
{
    /// <summary>The generation in an answer; null if there is none.</summary>
    public static SketchGeneration? Read(JsonElement? json)
    {
        try
        {
            return json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(SketchJson.Default.SketchGeneration) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is stored to poll a generation with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new SketchReference(id), SketchJson.Default.SketchReference);

    /// <summary>What a poll found.</summary>
    public static PollResult Polled(UpstreamAnswer answer)
    {
        if (Read(answer.Json) is not { } generation)
            return new PollResult.Unreadable("the answer is no generation");
        return generation.Status switch
        {
            "queued" => new PollResult.Running(HasStarted: false, Progress: null, answer.PollAfter),
            "running" => new PollResult.Running(HasStarted: true, Percent(generation.Progress), answer.PollAfter),
            "succeeded" => Uri.TryCreate(generation.Url, UriKind.Absolute, out var url)
                ? new PollResult.Succeeded([new ProviderOutput.AtUrl(new(url))])
                : new PollResult.Unreadable("a finished generation without a link"),
            "failed" => Failed(answer, generation),
            var word => new PollResult.Unreadable(answer.Clean($"unknown status '{word}'")),
        };
    }

    private static PollResult.Failed Failed(UpstreamAnswer answer, SketchGeneration generation)
    {
        var error = SketchErrors.Read(generation.Error, statusCode: 0);
        return new(SketchErrors.Table.OfJob(error), answer.Clean(error?.Message ?? "the generation failed without a reason"));
    }

    private static double? Percent(decimal? value) => value is null ? null : (double)Math.Clamp(value.Value, 0, 100);
}
