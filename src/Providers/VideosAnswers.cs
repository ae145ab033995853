using System.Text.Json;

namespace Reelay.Providers;

/// <summary>What a status word of the Videos protocol means.</summary>
internal enum VideosState
{
    /// <summary>The upstream itself still queues it.</summary>
    Queued,

    /// <summary>It works on it.</summary>
    Running,

    /// <summary>The result is there.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Cancelled,

    /// <summary>It took too long, or its result is gone.</summary>
    Expired,
}

/// <summary>How one provider reads polls of the Videos protocol.</summary>
/// <param name="Errors">What its upstreams' errors mean.</param>
internal sealed record VideosReading(ErrorTable Errors)
{
    /// <summary>Words that only its upstreams use, beside the common ones.</summary>
    public IReadOnlyDictionary<string, VideosState> Words { get; init; } = new Dictionary<string, VideosState>();

    /// <summary>How many readings in a row must say that a job is not known; null for the server's own number.</summary>
    public int? NotFoundConfirmations { get; init; }

    /// <summary>The files of a finished job.</summary>
    public required Func<VideosJob, IReadOnlyList<ProviderOutput>> Outputs { get; init; }

    /// <summary>What later orders name a finished job by, or null.</summary>
    public Func<VideosJob, JsonElement?> OutputReference { get; init; } = _ => null;
}

/// <summary>Reads jobs out of answers of the Videos protocol; lenient: only what is used is looked at, and any type will do.</summary>
internal static class VideosAnswers
{
    private const int MaxIdLength = 2048;

    // The protocol's four words, and those that its other servers, relays and gateways let through.
    private static readonly Dictionary<string, VideosState> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["queued"] = VideosState.Queued, ["pending"] = VideosState.Queued, ["submitted"] = VideosState.Queued, ["queueing"] = VideosState.Queued,
        ["in_progress"] = VideosState.Running, ["processing"] = VideosState.Running, ["generating"] = VideosState.Running,
        ["postprocessing"] = VideosState.Running, ["running"] = VideosState.Running,
        ["completed"] = VideosState.Completed, ["succeeded"] = VideosState.Completed, ["success"] = VideosState.Completed,
        ["done"] = VideosState.Completed,
        ["failed"] = VideosState.Failed, ["failure"] = VideosState.Failed, ["error"] = VideosState.Failed,
        ["cancelled"] = VideosState.Cancelled, ["canceled"] = VideosState.Cancelled, ["deleted"] = VideosState.Cancelled,
        ["expired"] = VideosState.Expired,
    };

    /// <summary>The job's id, where it can be one.</summary>
    public static string? Id(VideosJob job) =>
        (job.Id ?? job.TaskId) is { Length: <= MaxIdLength } id && id is not ("." or "..") && id.Trim().Length > 0 ? id : null;

    /// <summary>The id in the answer to a create.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="body">The job in it.</param>
    /// <param name="errors">What refusals mean.</param>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static string AcceptedId(UpstreamAnswer answer, JsonElement? body, ErrorTable errors)
    {
        if (!answer.IsSuccess)
            throw errors.OfSubmission(answer, VideosErrors.Read(answer));
        return answer.StatusCode is 200 or 201 or 202 && VideosJob.Of(body) is { } job && Id(job) is { } id
            ? id
            : throw answer.Exception(ProviderErrorKind.OutcomeUnknown, $"HTTP {answer.StatusCode} without the id of a job");
    }

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the job.</exception>
    public static PollResult Polled(UpstreamAnswer answer, JsonElement? body, VideosReading reading)
    {
        // vLLM-Omni answers for a failed job with the job itself under the status of its error.
        if (VideosJob.Of(body) is not { Status: not null } job || (!answer.IsSuccess && job.Object != "video"))
            return answer.IsSuccess ? Unreadable(answer) : throw Unavailable(answer, reading);
        var word = job.Status.Trim();
        if (!States.TryGetValue(word, out var state) && !reading.Words.TryGetValue(word.ToLowerInvariant(), out state))
            return new PollResult.Unreadable(answer.Clean($"unknown status '{job.Status}'"));
        return state switch
        {
            VideosState.Queued => new PollResult.Running(HasStarted: false, Progress(job), answer.PollAfter),
            VideosState.Running => new PollResult.Running(HasStarted: true, Progress(job), answer.PollAfter),
            VideosState.Completed => new PollResult.Succeeded(reading.Outputs(job), Used(job), reading.OutputReference(job)),
            _ => Failed(state, answer, body!.Value, job.Status, reading),
        };
    }

    /// <summary>A task of an earlier gateway.</summary>
    /// <param name="id">The id it was asked for by.</param>
    /// <param name="body">The job.</param>
    /// <param name="state">What <see cref="Polled"/> made of it.</param>
    public static ArchivedVideo Archived(string id, JsonElement? body, PollResult state)
    {
        var job = VideosJob.Of(body) ?? new();
        var error = body is { } json ? VideosErrors.OfJob(json) : null;
        return new()
        {
            Id = id,
            State = state,
            Model = job.Model,
            Prompt = job.Prompt,
            Size = job.Size,
            Seconds = job.Seconds ?? job.Duration,
            CreatedAt = LenientJson.AsUnixTime(job.CreatedAt),
            CompletedAt = LenientJson.AsUnixTime(job.CompletedAt),
            ExpiresAt = LenientJson.AsUnixTime(job.ExpiresAt),
            ErrorCode = error?.Code,
            ErrorMessage = error?.Message,
        };
    }

    private static PollResult.Unreadable Unreadable(UpstreamAnswer answer) =>
        new(answer.Clean($"HTTP {answer.StatusCode} without a job: {VideosErrors.Read(answer)?.Message ?? answer.RawText}"));

    private static ProviderException Unavailable(UpstreamAnswer answer, VideosReading reading)
    {
        var exception = reading.Errors.OfRead(answer, VideosErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, reading.NotFoundConfirmations)
            : exception;
    }

    private static PollResult.Failed Failed(VideosState state, UpstreamAnswer answer, JsonElement body, string word, VideosReading reading)
    {
        var error = VideosErrors.OfJob(body);
        var kind = state switch
        {
            VideosState.Cancelled => ProviderErrorKind.Cancelled,
            VideosState.Expired => ProviderErrorKind.Expired,
            _ => reading.Errors.OfJob(error),
        };
        var message = error switch
        {
            null => $"the job ended as {word}",
            { Code: null } => error.Message,
            _ => $"{error.Code}: {error.Message}",
        };
        return new(kind, answer.Clean(message));
    }

    private static double? Progress(VideosJob job) => job.Progress is { } progress ? (double)Math.Clamp(progress, 0, 100) : null;

    private static Usage? Used(VideosJob job)
    {
        var seconds = job.Seconds ?? job.Duration;
        var input = Whole(job.Usage.Member("input_tokens")) ?? Whole(job.Usage.Member("prompt_tokens"));
        var output = Whole(job.Usage.Member("output_tokens")) ?? Whole(job.Usage.Member("completion_tokens"));
        return seconds is null && input is null && output is null ? null : new(seconds > 0 ? seconds : null, input, output);
    }

    private static long? Whole(JsonElement value) => value.AsNumber() is { } number and >= 0 and < long.MaxValue ? (long)number : null;
}
