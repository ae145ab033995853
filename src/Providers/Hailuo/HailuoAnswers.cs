using System.Text.Json;

namespace Reelay.Providers.Hailuo;

/// <summary>Reads tasks out of answers; lenient: only what is used is looked at, whatever the case of its words.</summary>
internal static class HailuoAnswers
{
    /// <summary>The answer's members; null if it is no JSON object.</summary>
    public static HailuoAnswer? Read(UpstreamAnswer answer) => answer.Json is { ValueKind: JsonValueKind.Object } json
        ? json.Deserialize(HailuoWire.Default.HailuoAnswer)
        : null;

    /// <summary>What the answer to a create says.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer, string protocol, HailuoOptions options)
    {
        if (!HailuoErrors.IsOk(answer))
            throw HailuoErrors.Of(options).OfSubmission(answer, HailuoErrors.Read(answer));
        return answer.StatusCode == 200 && Read(answer)?.TaskId is { } id && HailuoProtocols.IsId(id)
            ? new(id, HailuoProtocols.Reference(protocol, id))
            : throw answer.Exception(ProviderErrorKind.OutcomeUnknown, $"HTTP {answer.StatusCode} without the id of a task");
    }

    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, HailuoReference reference, ProviderAccount account, HailuoOptions options)
    {
        if (!answer.IsSuccess)
            throw HailuoErrors.OfRead(answer, options);
        if (Read(answer) is not { } body)
            return new PollResult.Unreadable(answer.Clean($"HTTP {answer.StatusCode} without a task: {answer.RawText}"));
        var isSecond = reference.Protocol == HailuoProtocols.Second;
        var task = isSecond ? ReadTask(body.Task) : null;
        var id = isSecond ? task?.Id : body.TaskId;
        if (id is not null && id != reference.TaskId)
            return new PollResult.Unreadable(answer.Clean($"asked for task {reference.TaskId}, told of {id}"));
        var result = isSecond ? OfSecond(answer, task) : OfFirst(answer, body, account, options);
        if (result is PollResult.Unreadable && HailuoErrors.CodeOf(body) is not (null or "0"))
            throw HailuoErrors.OfRead(answer, options);
        return result;
    }

    // The reason of a failure is in base_resp or nowhere; a refused content may also come as the code alone.
    private static PollResult OfFirst(UpstreamAnswer answer, HailuoAnswer body, ProviderAccount account, HailuoOptions options)
    {
        var code = HailuoErrors.CodeOf(body);
        switch (body.Status?.Trim().ToLowerInvariant())
        {
            case "preparing" or "queueing" or "queuing" or "queued":
                return new PollResult.Running(HasStarted: false);
            case "processing":
                return new PollResult.Running(HasStarted: true);
            case "success" when body.FileId is { } file and not "0":
                return new PollResult.Succeeded([HailuoFiles.Output(account, options, file)]);
            case "fail" or "failed":
            case null when code is "1026" or "1027":
                return Failed(answer, code is "0" ? null : code, HailuoErrors.Words(body));
            case "success":
                return new PollResult.Unreadable("a finished task without a file");
            case var word:
                return new PollResult.Unreadable(answer.Clean($"unknown status '{word}'"));
        }
    }

    private static PollResult OfSecond(UpstreamAnswer answer, HailuoTask? task)
    {
        switch (task?.Status?.Trim().ToLowerInvariant())
        {
            case "queued":
                return new PollResult.Running(HasStarted: false);
            case "running":
                return new PollResult.Running(HasStarted: true);
            case "succeeded":
                return HailuoFiles.Link(task.Content.Member("url")) is { } url
                    ? new PollResult.Succeeded(
                        [new ProviderOutput.AtUrl(new(url))], task.Usage.Member("output_seconds").AsNumber() is > 0 and var seconds ? new Usage(seconds) : null)
                    : new PollResult.Unreadable("a finished task without a link");
            case "failed":
                return Failed(answer, task.Error.Member("code").AsText(), task.Error.Member("message").AsText() ?? "");
            case "cancelled" or "canceled":
                return new PollResult.Failed(ProviderErrorKind.Cancelled, "the task was cancelled");
            case "expired":
                return new PollResult.Failed(ProviderErrorKind.Expired, "the task has expired");
            case var word:
                return new PollResult.Unreadable(answer.Clean(task is null ? "an answer without a task" : $"unknown status '{word}'"));
        }
    }

    private static PollResult.Failed Failed(UpstreamAnswer answer, string? code, string words)
    {
        var kind = HailuoErrors.Of(new()).OfJob(HailuoErrors.OfTask(code, words));
        return new(kind, answer.Clean(words.Length == 0 || code is null && words == "success" ? "the task failed without a reason" : $"{code} {words}".Trim()));
    }

    private static HailuoTask? ReadTask(JsonElement task) =>
        task.ValueKind == JsonValueKind.Object ? task.Deserialize(HailuoWire.Default.HailuoTask) : null;
}
