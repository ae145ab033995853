using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Reads the new generation's list of tasks, which leaves out what it does not know.</summary>
internal static class KlingNewAnswers
{
    /// <summary>What the answer to a poll says.</summary>
    /// <exception cref="ProviderException">It says nothing of the task.</exception>
    public static PollResult Polled(UpstreamAnswer answer, KlingReference reference, KlingOptions options)
    {
        if (!KlingErrors.IsOk(answer))
            throw KlingAnswers.Unreadable(answer, options);
        if (!IsList(answer))
            return new PollResult.Unreadable(answer.Clean($"HTTP {answer.StatusCode} without a list of tasks: {answer.RawText}"));
        if (Count(answer) == 0)
            throw answer.Exception(ProviderErrorKind.NotFound, $"the list without task {reference.TaskId} is empty", options.Poll404Confirmations);
        return Find(answer, reference.TaskId) is { } task
            ? KlingAnswers.Result(task, reference.Model, answer.Clean)
            : new PollResult.Unreadable(answer.Clean($"asked for task {reference.TaskId}, told of others: {answer.RawText}"));
    }

    /// <summary>What one answer says of many tasks; null for each that it does not name.</summary>
    /// <exception cref="ProviderException">It is no list.</exception>
    public static IReadOnlyList<PollResult?> PolledMany(UpstreamAnswer answer, IReadOnlyList<KlingReference?> references, KlingOptions options)
    {
        Require(answer, options);
        return [.. references.Select(reference => reference is not null && Find(answer, reference.TaskId) is { } task
            ? KlingAnswers.Result(task, reference.Model, answer.Clean)
            : null)];
    }

    /// <summary>The task with our mark, or none.</summary>
    /// <exception cref="ProviderException">It is no list, or an empty one is not believed.</exception>
    public static IReadOnlyList<FoundSubmission> Found(UpstreamAnswer answer, SubmissionQuery query, KlingOptions options)
    {
        Require(answer, options);
        if (Count(answer) == 0)
        {
            return options.TrustAbsence ? [] : throw answer.Exception(
                ProviderErrorKind.Unavailable, "no task has our mark — which proves nothing while trust_absence is off");
        }

        return [.. Tasks(answer).Select(task => Row(task, query)).OfType<FoundSubmission>()];
    }

    /// <summary>Throws unless the answer is a list of tasks, of whatever length.</summary>
    /// <exception cref="ProviderException">It is none.</exception>
    public static void Require(UpstreamAnswer answer, KlingOptions options)
    {
        if (!KlingErrors.IsOk(answer))
        {
            var exception = KlingAnswers.Unreadable(answer, options);
            throw exception.Kind == ProviderErrorKind.NotFound ? answer.Exception(ProviderErrorKind.Unavailable, exception.Message) : exception;
        }

        if (!IsList(answer))
            throw answer.Exception(ProviderErrorKind.Unavailable, "the answer is no list of tasks: this does not look like Kling's new API");
    }

    // The search was by our own mark; an answer that leaves it out does not contradict it.
    private static FoundSubmission? Row(KlingTask task, SubmissionQuery query) => KlingAnswers.Id(task) is { } id
        ? new(
            id,
            KlingAnswers.Reference(KlingDialects.Tasks, id, query.Request.UpstreamModel),
            LenientJson.AsUnixTime(task.CreateTime) ?? query.SentFrom,
            task.ExternalId is null || task.ExternalId == query.AttemptToken)
        : null;

    private static bool IsList(UpstreamAnswer answer) => Data(answer).ValueKind == JsonValueKind.Array;

    private static int Count(UpstreamAnswer answer) => Data(answer).GetArrayLength();

    private static KlingTask? Find(UpstreamAnswer answer, string id) => Tasks(answer).FirstOrDefault(task => KlingAnswers.Id(task) == id);

    private static IEnumerable<KlingTask> Tasks(UpstreamAnswer answer) => Data(answer).Items().Select(KlingAnswers.Read).OfType<KlingTask>();

    private static JsonElement Data(UpstreamAnswer answer) => (answer.Json ?? default).Member("data");
}
