using System.Text.Json;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>Reads operations out of answers; lenient: only what is used is looked at, in either surface's words.</summary>
internal static class GoogleVeoAnswers
{
    /// <summary>
    /// Largest answer to a poll: four videos of 4k in base64 are about this much (tens of megabytes each; Google publishes no number).
    /// </summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>What the answer to an order says; null if it names no operation of this surface.</summary>
    public static Submission.Accepted? Accepted(UpstreamAnswer answer, GoogleVeoOptions options) =>
        (answer.Json ?? default).Member("name").AsText()?.Split('?')[0] is { } name && GoogleVeoPaths.IsOperation(name, options)
            ? new(name, Reference(name))
            : null;

    /// <summary>What is stored to poll an order with.</summary>
    public static JsonElement Reference(string name) =>
        JsonSerializer.SerializeToElement(new(name), GoogleVeoJson.Default.GoogleVeoReference);

    /// <summary>What a poll's answer says.</summary>
    public static PollResult Polled(UpstreamAnswer answer, string name, GoogleVeoOptions options, GoogleFiles files)
    {
        if (Read(answer.Body) is not { } operation)
            return Unreadable(answer, "no operation");
        if (operation.Name is { } told && told != name && !told.EndsWith(name[name.LastIndexOf('/')..], StringComparison.Ordinal))
            return Unreadable(answer, $"asked for {name}, told of {told}");
        if (operation.Error.ValueKind == JsonValueKind.Object)
            return Failed(answer, GoogleErrors.OfOperation(operation.Error), options);

        // Running operations have no "done" at all; a gateway may write false.
        var isRunning = operation.Done.ValueKind is JsonValueKind.Undefined or JsonValueKind.False && operation.Response is null;
        if (isRunning && operation.Name is not null)
            return new PollResult.Running(HasStarted: true, PollAfter: answer.PollAfter);
        return operation is { Done.ValueKind: JsonValueKind.True, Response: { } response }
            ? Ended(answer, response.GenerateVideoResponse ?? response, options, files)
            : Unreadable(answer, "an operation in no known state");
    }

    private static PollResult Ended(UpstreamAnswer answer, GoogleVeoResponse response, GoogleVeoOptions options, GoogleFiles files)
    {
        var items = response.Videos.Items().Concat(response.GeneratedSamples.Items().Select(sample => sample.Member("video")));
        var outputs = items.Select(Output).OfType<ProviderOutput>().ToList();
        if (outputs.Count > 0)
            return new PollResult.Succeeded(outputs);

        // Withheld by the safety filters: finished, without an error, and not charged.
        var reasons = string.Join("; ", response.RaiMediaFilteredReasons.Items().Select(LenientJson.AsText));
        if (response.RaiMediaFilteredCount is not > 0 && reasons.Length == 0)
            return Unreadable(answer, "a finished operation without a video");
        var isSoundAlone = reasons.Contains("audio", StringComparison.OrdinalIgnoreCase);
        return new PollResult.Failed(
            isSoundAlone && options.AudioFilterIsFailure ? ProviderErrorKind.GenerationFailed : ProviderErrorKind.ContentRejected,
            answer.Clean(reasons.Length > 0 ? reasons : "every result was filtered"));

        ProviderOutput? Output(JsonElement item) =>
            GoogleFiles.OfBase64(item.Member("bytesBase64Encoded")) ?? GoogleFiles.OfBase64(item.Member("encodedVideo"))
            ?? files.OfLink(item.Member("gcsUri").AsText() ?? item.Member("uri").AsText());
    }

    private static PollResult.Failed Failed(UpstreamAnswer answer, UpstreamError error, GoogleVeoOptions options) =>
        new(GoogleVeoErrors.Of(options).OfJob(error), answer.Clean($"({error.Code}) {error.Message}"));

    // Of an answer that may be all video, only the beginning is shown.
    private static PollResult.Unreadable Unreadable(UpstreamAnswer answer, string what) =>
        new(answer.Clean($"HTTP {answer.StatusCode}: {what}: {answer.RawText}"));

    private static GoogleVeoOperation? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, GoogleVeoWire.Default.GoogleVeoOperation);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
