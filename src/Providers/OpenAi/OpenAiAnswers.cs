using System.Text.Json;

namespace Reelay.Providers.OpenAi;

/// <summary>Reads jobs out of answers; lenient: only what is used is looked at, and any type will do.</summary>
internal static class OpenAiAnswers
{
    private const int MaxIdLength = 2048;

    private enum JobState
    {
        Queued,
        Running,
        Completed,
        Failed,
        Cancelled,
        Expired,
    }

    // The protocol's four words, and those that its other servers, relays and gateways let through.
    private static readonly Dictionary<string, JobState> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["queued"] = JobState.Queued, ["pending"] = JobState.Queued, ["submitted"] = JobState.Queued, ["queueing"] = JobState.Queued,
        ["in_progress"] = JobState.Running, ["processing"] = JobState.Running, ["generating"] = JobState.Running,
        ["postprocessing"] = JobState.Running, ["running"] = JobState.Running,
        ["completed"] = JobState.Completed, ["succeeded"] = JobState.Completed, ["success"] = JobState.Completed,
        ["done"] = JobState.Completed,
        ["failed"] = JobState.Failed, ["failure"] = JobState.Failed, ["error"] = JobState.Failed,
        ["cancelled"] = JobState.Cancelled, ["canceled"] = JobState.Cancelled, ["deleted"] = JobState.Cancelled,
        ["expired"] = JobState.Expired,
    };

    /// <summary>What the answer to a create says.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer)
    {
        if (!answer.IsSuccess)
            throw OpenAiErrors.Table.OfSubmission(answer, OpenAiErrors.Read(answer));
        if (answer.StatusCode is not (200 or 201 or 202) || Video(answer.Json) is not { } video || Id(video) is not { } id)
            throw answer.Exception(ProviderErrorKind.OutcomeUnknown, $"HTTP {answer.StatusCode} without the id of a job");
        return new(id, Reference(id));
    }

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the job.</exception>
    public static PollResult Polled(
        UpstreamAnswer answer, OpenAiOptions options, string id, Func<OpenAiVideo, IReadOnlyList<ProviderOutput>> outputs)
    {
        // vLLM-Omni answers for a failed job with the job itself under the status of its error.
        if (Video(answer.Json) is not { Status: not null } video || (!answer.IsSuccess && video.Object != "video"))
            return answer.IsSuccess ? Unreadable(answer) : throw Unavailable(answer, options);
        if (!States.TryGetValue(video.Status.Trim(), out var state))
            return new PollResult.Unreadable(answer.Clean($"unknown status '{video.Status}'"));
        return state switch
        {
            JobState.Queued => new PollResult.Running(HasStarted: false, Progress(video), answer.PollAfter),
            JobState.Running => new PollResult.Running(HasStarted: true, Progress(video), answer.PollAfter),
            JobState.Completed => new PollResult.Succeeded(outputs(video), Used(video), Output(id, video, options)),
            _ => Failed(state, answer, video.Status),
        };
    }

    /// <summary>A job out of any JSON; null if it is no object.</summary>
    public static OpenAiVideo? Video(JsonElement? json)
    {
        try
        {
            return json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(OpenAiWire.Default.OpenAiVideo) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The job's id, where it can be one.</summary>
    public static string? Id(OpenAiVideo video) =>
        (video.Id ?? video.TaskId) is { Length: <= MaxIdLength } id && id is not ("." or "..") && id.Trim().Length > 0 ? id : null;

    /// <summary>What is stored to poll a job with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), OpenAiJson.Strict.OpenAiReference);

    /// <summary>The id in a stored reference.</summary>
    public static string IdOf(JsonElement reference) =>
        reference.Member("id").AsText() ?? throw new ArgumentException("The reference has no id.", nameof(reference));

    /// <summary>The id of the video an order works on.</summary>
    public static string IdOf(SourceReference source) => source.OutputReference.Member("id").AsText() ?? source.UpstreamId;

    /// <summary>Length of the video an order works on, or null where the upstream did not say it.</summary>
    public static decimal? SecondsOf(SourceReference source) => source.OutputReference.Member("seconds").AsNumber();

    // Only for servers where a later order can name it. The length tells edits and extensions apart when one has to be looked for.
    private static JsonElement? Output(string id, OpenAiVideo video, OpenAiOptions options) => options.HasEdits || options.HasExtensions
        ? JsonSerializer.SerializeToElement(new(id, video.Seconds ?? video.Duration), OpenAiJson.Strict.OpenAiSource)
        : null;

    private static PollResult.Unreadable Unreadable(UpstreamAnswer answer) =>
        new(answer.Clean($"HTTP {answer.StatusCode} without a job: {OpenAiErrors.Read(answer)?.Message ?? answer.RawText}"));

    private static ProviderException Unavailable(UpstreamAnswer answer, OpenAiOptions options)
    {
        var exception = OpenAiErrors.Table.OfRead(answer, OpenAiErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }

    private static PollResult.Failed Failed(JobState state, UpstreamAnswer answer, string word)
    {
        var error = OpenAiErrors.OfJob(answer.Json!.Value);
        var kind = state switch
        {
            JobState.Cancelled => ProviderErrorKind.Cancelled,
            JobState.Expired => ProviderErrorKind.Expired,
            _ => OpenAiErrors.Table.OfJob(error),
        };
        var message = error switch
        {
            null => $"the job ended as {word}",
            { Code: null } => error.Message,
            _ => $"{error.Code}: {error.Message}",
        };
        return new(kind, answer.Clean(message));
    }

    private static double? Progress(OpenAiVideo video) => video.Progress is { } progress ? (double)Math.Clamp(progress, 0, 100) : null;

    private static Usage? Used(OpenAiVideo video)
    {
        var seconds = video.Seconds ?? video.Duration;
        var input = Whole(video.Usage.Member("input_tokens")) ?? Whole(video.Usage.Member("prompt_tokens"));
        var output = Whole(video.Usage.Member("output_tokens")) ?? Whole(video.Usage.Member("completion_tokens"));
        return seconds is null && input is null && output is null ? null : new(seconds > 0 ? seconds : null, input, output);
    }

    private static long? Whole(JsonElement value) => value.AsNumber() is { } number and >= 0 and < long.MaxValue ? (long)number : null;
}
