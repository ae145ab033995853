using System.Text.Json;

namespace Reelay.Providers.Vidu;

/// <summary>Reads tasks out of answers; lenient: only what is used is looked at.</summary>
internal static class ViduAnswers
{
    private const int MaxIdLength = 128;

    /// <summary>What the answer to a create says. The service answers 200; clients take 201 too.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer)
    {
        if (!answer.IsSuccess)
            throw ViduErrors.Table.OfSubmission(answer, ViduErrors.Read(answer));
        return answer.StatusCode is 200 or 201 && Read(answer.Json) is { TaskId: { } id } && IsId(id)
            ? new(id, Reference(id))
            : throw answer.Exception(ProviderErrorKind.OutcomeUnknown, $"HTTP {answer.StatusCode} without the id of a task");
    }

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, string id, ViduOptions options)
    {
        if (!answer.IsSuccess)
        {
            var exception = ViduErrors.Table.OfRead(answer, ViduErrors.Read(answer));
            throw exception.Kind == ProviderErrorKind.NotFound
                ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
                : exception;
        }

        if (Read(answer.Json) is not { } task)
            return new PollResult.Unreadable(answer.Clean($"HTTP {answer.StatusCode} without a task: {answer.RawText}"));
        return task.Id is { } told && told != id
            ? new PollResult.Unreadable(answer.Clean($"asked for task {id}, told of {told}"))
            : Result(task, answer);
    }

    /// <summary>What the answer to a cancel says.</summary>
    /// <exception cref="ProviderException">It says nothing.</exception>
    public static CancelResult Cancelled(UpstreamAnswer answer)
    {
        if (answer.IsSuccess)
        {
            return answer.Json is { ValueKind: JsonValueKind.Object }
                ? CancelResult.Confirmed
                : throw answer.Exception(ProviderErrorKind.Unavailable, $"HTTP {answer.StatusCode} that confirms nothing");
        }

        // "task state is scheduled, can not cancel": it goes on, or is over.
        var error = ViduErrors.Read(answer);
        return answer.StatusCode == 400 && error is { Code: "BadRequest" } ? CancelResult.Refused : throw ViduErrors.Table.OfRead(answer, error);
    }

    /// <summary>A task out of any JSON; null if it is no object.</summary>
    public static ViduTask? Read(JsonElement? json)
    {
        try
        {
            return json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(ViduWire.Default.ViduTask) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a text can be a task's id: it becomes a part of a path.</summary>
    public static bool IsId(string? id) =>
        id is { Length: > 0 and <= MaxIdLength } && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>What is stored to poll a task with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), ViduJson.Default.ViduReference);

    /// <summary>The task that a stored reference names.</summary>
    public static string IdOf(JsonElement reference) => reference.Deserialize(ViduJson.Default.ViduReference)?.TaskId
        ?? throw new ArgumentException("The reference names no task.", nameof(reference));

    private static PollResult Result(ViduTask task, UpstreamAnswer answer) => task.State?.Trim().ToLowerInvariant() switch
    {
        "created" or "queueing" => new PollResult.Running(HasStarted: false, PollAfter: answer.PollAfter),
        "processing" => new PollResult.Running(HasStarted: true, Percent(task.Progress), answer.PollAfter),
        "success" => Succeeded(task),
        "failed" => new PollResult.Failed(ViduErrors.OfTask(task.ErrCode), answer.Clean(task.ErrCode ?? "the task failed without a reason")),
        _ => new PollResult.Unreadable(answer.Clean($"unknown state '{task.State}'")),
    };

    // One order makes one video; the link beside it with the watermark is not what was ordered.
    private static PollResult Succeeded(ViduTask task)
    {
        var creation = task.Creations.Items().FirstOrDefault();
        if (!Uri.TryCreate(creation.Member("url").AsText(), UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return new PollResult.Unreadable("a finished task without a link");
        var seconds = creation.Member("video").Member("duration").AsNumber();
        return new PollResult.Succeeded([new ProviderOutput.AtUrl(new(url))], seconds > 0 ? new Usage(seconds) : null);
    }

    // Whether it counts to 1 or to 100 is said nowhere: what could be a fraction says nothing.
    private static double? Percent(decimal? value) => value > 1 ? (double)Math.Min(value.Value, 100) : null;
}
