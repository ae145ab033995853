using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reelay.Providers.DashScope;

/// <summary>Reads answers; lenient: only what is used, and whatever is not known is said to be so.</summary>
internal static partial class DashScopeAnswers
{
    /// <summary>Whether a text can be the id of a task: a UUID in all that was seen; other plain words are not refused.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>The id of the task that an answer speaks of; null if there is none.</summary>
    public static string? IdOf(UpstreamAnswer answer) => Read(answer)?.Output?.TaskId is { } id && IsId(id) ? id : null;

    /// <summary>What is stored to poll a task with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new DashScopeReference(id), DashScopeJson.Default.DashScopeReference);

    /// <summary>What a poll found.</summary>
    /// <exception cref="ProviderException">The upstream does not know the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, string id, DashScopeOptions options)
    {
        if (Read(answer) is not { Output: { } task } read)
            return new PollResult.Unreadable("the answer holds no task");
        if (task.TaskId is { } other && other != id)
            return new PollResult.Unreadable(answer.Clean($"the answer speaks of another task, '{other}'"));
        switch (task.TaskStatus)
        {
            case "PENDING":
                return new PollResult.Running(HasStarted: false, Progress: null, answer.PollAfter);

            // The second is a word of the Python SDK's alone.
            case "RUNNING" or "SUSPENDED":
                return new PollResult.Running(HasStarted: true, Progress: null, answer.PollAfter);
            case "SUCCEEDED":
                return Uri.TryCreate(task.VideoUrl, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
                    ? new PollResult.Succeeded([new ProviderOutput.AtUrl(new(url))], Seconds(read.Usage))
                    : new PollResult.Unreadable("a finished task without a link");
            case "FAILED":
                var words = $"{task.Code ?? "no code"}: {task.Message ?? "no message"}";
                return new PollResult.Failed(DashScopeErrors.OfJob(task), answer.Clean(words));
            case "CANCELED":
                return new PollResult.Failed(ProviderErrorKind.Cancelled, "the task was cancelled at the upstream");

            // Of another account, or older than a day; or just not yet to be seen everywhere, hence more than one such answer.
            case "UNKNOWN":
                throw answer.Exception(ProviderErrorKind.NotFound, "the task is UNKNOWN", options.UnknownConfirmations);
            case var word:
                return new PollResult.Unreadable(answer.Clean($"unknown status '{word}'"));
        }
    }

    private static DashScopeAnswer? Read(UpstreamAnswer answer)
    {
        try
        {
            return answer.Json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(DashScopeJson.Default.DashScopeAnswer) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // An edit is charged for input and output, in fractions of seconds; the output's are named apart.
    private static Usage? Seconds(JsonElement usage) =>
        (usage.Member("output_video_duration").AsNumber() ?? usage.Member("video_duration").AsNumber() ?? usage.Member("duration").AsNumber()) is { } seconds
            ? new(Seconds: seconds)
            : null;

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex Id();
}
