using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Reads tasks out of answers and callbacks; lenient: only what is used is looked at, in either generation's words.</summary>
internal static class KlingAnswers
{
    private const int MaxIdLength = 2048;

    /// <summary>What the answer to a create says.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer, string family, ProviderRequest request)
    {
        if (!KlingErrors.IsOk(answer))
            throw KlingErrors.Table.OfSubmission(answer, KlingErrors.Read(answer));
        if (answer.StatusCode != 200 || OfAnswer(answer.Json) is not { } task || Id(task) is not { } id)
            throw answer.Exception(ProviderErrorKind.OutcomeUnknown, $"HTTP {answer.StatusCode} without the id of a task");
        return new(id, Reference(family, id, request.UpstreamModel));
    }

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, KlingReference reference, KlingOptions options)
    {
        if (!KlingErrors.IsOk(answer))
            throw Unreadable(answer, options);
        if (OfAnswer(answer.Json) is not { } task)
            return new PollResult.Unreadable(answer.Clean($"HTTP {answer.StatusCode} without a task: {answer.RawText}"));
        return Id(task) is { } id && id != reference.TaskId
            ? new PollResult.Unreadable(answer.Clean($"asked for task {reference.TaskId}, told of {id}"))
            : Result(task, reference.Model, answer.Clean);
    }

    /// <summary>What a task's own words mean.</summary>
    /// <param name="task">The task.</param>
    /// <param name="model">Upstream model that made it, or null if that is not known here.</param>
    /// <param name="clean">Makes words fit for operators.</param>
    public static PollResult Result(KlingTask task, string? model, Func<string, string> clean)
    {
        var word = (task.TaskStatus ?? task.Status)?.Trim();
        return word?.ToLowerInvariant() switch
        {
            "submitted" => new PollResult.Running(HasStarted: false),
            "processing" => new PollResult.Running(HasStarted: true),
            "succeed" or "succeeded" => Succeeded(task, model),
            "failed" => Failed(task, clean),
            _ => new PollResult.Unreadable(clean($"unknown status '{word}'")),
        };
    }

    /// <summary>The task in an answer's <c>data</c>: an object, or the first of a list; null if there is none.</summary>
    public static KlingTask? OfAnswer(JsonElement? json)
    {
        var data = (json ?? default).Member("data");
        return Read(data.ValueKind == JsonValueKind.Array ? data.Items().FirstOrDefault() : data);
    }

    /// <summary>A task out of any JSON; null if it is no object.</summary>
    public static KlingTask? Read(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? json.Deserialize(KlingWire.Default.KlingTask) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The task's id, where it can be one.</summary>
    public static string? Id(KlingTask task) =>
        (task.TaskId ?? task.Id) is { Length: <= MaxIdLength } id && id is not ("." or "..") && id.Trim().Length > 0 ? id : null;

    /// <summary>What is stored to poll a task with.</summary>
    /// <param name="family">The path it is read under.</param>
    /// <param name="id">Kling's id of it.</param>
    /// <param name="model">The upstream model.</param>
    /// <param name="isResumed">Whether only its channel tells which generation it was ordered in.</param>
    public static JsonElement Reference(string family, string id, string model, bool? isResumed = null) =>
        JsonSerializer.SerializeToElement(new(family, id, model, isResumed), KlingJson.Default.KlingReference);

    /// <summary>The exception for a read that was refused or failed.</summary>
    public static ProviderException Unreadable(UpstreamAnswer answer, KlingOptions options)
    {
        var exception = KlingErrors.Table.OfRead(answer, KlingErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }

    private static PollResult Succeeded(KlingTask task, string? model)
    {
        var videos = task.TaskResult.Member("videos").Items()
            .Concat(task.Outputs.Items().Where(output => output.Member("type").AsText() is null or "video")).ToList();
        var outputs = videos.Select(Link).OfType<Uri>().Select(url => new ProviderOutput.AtUrl(new(url))).ToList();
        if (outputs.Count == 0)
            return new PollResult.Unreadable("a finished task without a video");
        var seconds = videos[0].Member("duration").AsNumber();
        return new PollResult.Succeeded(
            outputs,
            seconds > 0 ? new Usage(seconds) : null,
            videos[0].Member("id").AsText() is { } id
                ? JsonSerializer.SerializeToElement(new(id, model), KlingJson.Default.KlingOutputReference)
                : null);
    }

    // The link with the watermark is there only if it was asked for.
    private static Uri? Link(JsonElement video) =>
        Uri.TryCreate(video.Member("watermark_url").AsText() ?? video.Member("url").AsText(), UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url : null;

    private static PollResult.Failed Failed(KlingTask task, Func<string, string> clean)
    {
        var words = task.TaskStatusMsg ?? task.Message;
        return new(
            words is null ? ProviderErrorKind.GenerationFailed : KlingErrors.Table.OfJob(KlingErrors.OfTask(words)),
            clean(words ?? "the task failed without a reason"));
    }
}
