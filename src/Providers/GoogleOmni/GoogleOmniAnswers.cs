using System.Text.Json;
using System.Text.RegularExpressions;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>Reads interactions out of answers; lenient: only what is used is looked at.</summary>
internal static partial class GoogleOmniAnswers
{
    /// <summary>Largest answer to a poll: with inline delivery the video is in it.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>The interaction in an answer, or null.</summary>
    public static GoogleOmniInteraction? Read(UpstreamAnswer answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, GoogleOmniWire.Default.GoogleOmniInteraction);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The id that an answer to an order names; null if it names none.</summary>
    public static string? IdOf(UpstreamAnswer answer) => Read(answer) is { Id: { } id } && IsId(id) ? id : null;

    /// <summary>Whether a text can be an id; it becomes part of an address.</summary>
    public static bool IsId(string id) => Id().IsMatch(id);

    /// <summary>What is stored to poll an order with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), GoogleOmniJson.Default.GoogleOmniReference);

    /// <summary>What a poll's answer says.</summary>
    public static PollResult Polled(UpstreamAnswer answer, string id, GoogleFiles files)
    {
        if (Read(answer) is not { } told)
            return Unreadable(answer, "no interaction");
        if (told.Id is not null && told.Id != id)
            return Unreadable(answer, $"asked for {id}, told of {told.Id}");
        return told.Status switch
        {
            "queued" => new PollResult.Running(HasStarted: false, PollAfter: answer.PollAfter),
            "in_progress" => new PollResult.Running(HasStarted: true, PollAfter: answer.PollAfter),
            "completed" => Completed(answer, told, files),
            "failed" => Failed(answer, told),
            "cancelled" => new PollResult.Failed(ProviderErrorKind.Cancelled, "the interaction was cancelled"),
            "incomplete" or "budget_exceeded" or "requires_action" or "requires_continuation" =>
                new PollResult.Failed(ProviderErrorKind.GenerationFailed, $"the interaction ended as {told.Status}"),
            _ => Unreadable(answer, $"unknown status '{told.Status}'"),
        };
    }

    private static PollResult Completed(UpstreamAnswer answer, GoogleOmniInteraction told, GoogleFiles files)
    {
        var content = told.Steps.Items().Where(step => step.Member("type").AsText() == "model_output")
            .SelectMany(step => step.Member("content").Items()).ToList();

        // The video may stand in any step; the last one counts.
        var output = content.Where(block => block.Member("type").AsText() == "video").Reverse()
            .Select(block => GoogleFiles.OfBase64(block.Member("data")) ?? files.OfLink(block.Member("uri").AsText()))
            .FirstOrDefault(found => found is not null);
        if (output is not null)
            return new PollResult.Succeeded([output], UsageOf(told.Usage));
        if (VideoTokens(told.Usage) > 0)
            return Unreadable(answer, "a finished interaction that made a video but shows none");

        // A refusal is a success in words alone; nothing else says so.
        var words = string.Join(' ', content.Select(block => block.Member("text").AsText()).Where(text => text is not null));
        return content.Count == 0
            ? Unreadable(answer, "a finished interaction without any output")
            : new PollResult.Failed(ProviderErrorKind.ContentRejected, answer.Clean(words.Length > 0 ? words : "answered without a video"));
    }

    private static PollResult.Failed Failed(UpstreamAnswer answer, GoogleOmniInteraction told)
    {
        var errors = told.Errors.Items().Append(told.Error)
            .Concat(told.Steps.Items().Select(step => step.Member("error")))
            .Where(error => error.ValueKind == JsonValueKind.Object).ToList();
        if (errors.Count == 0)
            return new(ProviderErrorKind.GenerationFailed, "the interaction failed without a reason");
        var error = GoogleErrors.OfOperation(errors[0]);
        return new(GoogleOmniErrors.OfJob(error), answer.Clean($"({error.Code}) {error.Message}"));
    }

    private static Usage? UsageOf(JsonElement usage)
    {
        var (input, output) = (usage.Member("total_input_tokens").AsNumber(), usage.Member("total_output_tokens").AsNumber());
        return input is null && output is null ? null : new(InputTokens: (long?)input, OutputTokens: (long?)output);
    }

    private static decimal VideoTokens(JsonElement usage) => usage.Member("output_tokens_by_modality").Items()
        .Where(row => row.Member("modality").AsText() == "video").Sum(row => row.Member("tokens").AsNumber() ?? 0);

    private static PollResult.Unreadable Unreadable(UpstreamAnswer answer, string what) =>
        new(answer.Clean($"HTTP {answer.StatusCode}: {what}: {answer.RawText}"));

    [GeneratedRegex("^[A-Za-z0-9_=-]{1,1024}$")]
    private static partial Regex Id();
}
