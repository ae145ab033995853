using System.Text.Json;

namespace Reelay.Providers.Seedance;

/// <summary>Reads tasks out of answers, lists and callbacks; lenient: only what is used is looked at.</summary>
internal static class SeedanceAnswers
{
    private const int MaxIdLength = 200;

    /// <summary>What the answer to a create says.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer) =>
        answer.StatusCode == 200 && Read(answer.Json ?? default)?.Id is { } id && IsId(id)
            ? new(id, Reference(id))
            : throw SeedanceErrors.Table.OfSubmission(answer, SeedanceErrors.Read(answer));

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, string id, SeedanceOptions options)
    {
        if (!answer.IsSuccess)
            throw Unread(answer, options);
        if (Read(answer.Json ?? default) is not { } task)
            return new PollResult.Unreadable(answer.Clean($"HTTP {answer.StatusCode} without a task: {answer.RawText}"));
        return task.Id is { } told && told != id
            ? new PollResult.Unreadable(answer.Clean($"asked for task {id}, told of {told}"))
            : Result(task, answer);
    }

    /// <summary>What a list says of each id; null of what it does not name.</summary>
    /// <exception cref="ProviderException">It is no list.</exception>
    public static IReadOnlyList<PollResult?> PolledMany(UpstreamAnswer answer, IReadOnlyList<string> ids)
    {
        if (!answer.IsSuccess)
            throw SeedanceErrors.Table.OfRead(answer, SeedanceErrors.Read(answer));
        if (!IsList(answer.Json))
            throw answer.Exception(ProviderErrorKind.Unavailable, "the list of tasks is not one");
        var tasks = answer.Json!.Value.Member("items").Items().Select(Read).OfType<SeedanceTask>().Where(task => task.Id is not null)
            .DistinctBy(task => task.Id).ToDictionary(task => task.Id!);
        return [.. ids.Select(id => tasks.TryGetValue(id, out var task) ? Result(task, answer) : null)];
    }

    /// <summary>What the answer to a delete says of a task that was queued when it was last read.</summary>
    /// <exception cref="ProviderException">It says nothing.</exception>
    public static CancelResult Cancelled(UpstreamAnswer answer)
    {
        if (answer.IsSuccess && (answer.Body.IsEmpty || answer.Json is { ValueKind: JsonValueKind.Object }))
            return CancelResult.Confirmed;
        if (answer.IsSuccess)
            throw answer.Exception(ProviderErrorKind.Unavailable, "the answer to a delete is not one of Ark's");

        // Which status and code refuse a task that is being worked on is published nowhere; Ark's own body under either tells enough.
        var error = SeedanceErrors.Read(answer);
        return answer.StatusCode is 400 or 409 && error is not null ? CancelResult.Refused : throw SeedanceErrors.Table.OfRead(answer, error);
    }

    /// <summary>What a callback says: which task to look at. None is signed, so its state is not believed.</summary>
    public static CallbackReading? Callback(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(JsonElement.Parse(body.Span)) is { Id: { } id, Status: not null } && IsId(id) ? new(id, Result: null, IsSigned: false) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether this is a list of tasks; an empty one may leave its items out.</summary>
    public static bool IsList(JsonElement? json) => json is { ValueKind: JsonValueKind.Object } list
        && (list.Member("items").ValueKind == JsonValueKind.Array || list.Member("total").AsNumber() == 0);

    /// <summary>Whether this can be a task's id: it becomes a part of an address.</summary>
    public static bool IsId(string id) => id.Length <= MaxIdLength && id is not ("." or "..") && id.Trim().Length > 0;

    /// <summary>What is stored to poll a task with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), SeedanceJson.Default.SeedanceReference);

    private static SeedanceTask? Read(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? json.Deserialize(SeedanceWire.Default.SeedanceTask) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ProviderException Unread(UpstreamAnswer answer, SeedanceOptions options)
    {
        var exception = SeedanceErrors.Table.OfRead(answer, SeedanceErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }

    private static PollResult Result(SeedanceTask task, UpstreamAnswer answer)
    {
        var word = task.Status?.Trim();
        return word?.ToLowerInvariant() switch
        {
            "queued" => new PollResult.Running(HasStarted: false, PollAfter: answer.PollAfter),
            "running" => new PollResult.Running(HasStarted: true, PollAfter: answer.PollAfter),
            "succeeded" => Succeeded(task),
            "failed" => Failed(task, answer),
            "cancelled" or "canceled" => new PollResult.Failed(ProviderErrorKind.Cancelled, "the task was cancelled"),
            "expired" => new PollResult.Failed(ProviderErrorKind.Expired, "the upstream gave the task up after execution_expires_after"),
            _ => new PollResult.Unreadable(answer.Clean($"unknown status '{word}'")),
        };
    }

    private static PollResult Succeeded(SeedanceTask task)
    {
        if (!Uri.TryCreate(task.Content.Member("video_url").AsText(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            return new PollResult.Unreadable("a finished task without a link");
        var tokens = task.Usage.Member("completion_tokens").AsNumber();
        var usage = new Usage(task.Duration > 0 ? task.Duration : null, OutputTokens: tokens is >= 0 and <= long.MaxValue ? (long)tokens : null);
        return new PollResult.Succeeded([new ProviderOutput.AtUrl(new(url))], usage == new Usage() ? null : usage);
    }

    private static PollResult.Failed Failed(SeedanceTask task, UpstreamAnswer answer)
    {
        var error = SeedanceErrors.Read(task.Error, statusCode: 0);
        var words = error is null ? task.Error.Member("message").AsText() : $"{error.Code}: {error.Message}";
        return new(SeedanceErrors.Table.OfJob(error), answer.Clean(words ?? "the task failed without a reason"));
    }
}
