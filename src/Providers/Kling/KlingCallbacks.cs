using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Reads a callback: a task at top level, or wrapped as in an answer, in either generation's words.</summary>
internal static class KlingCallbacks
{
    /// <summary>What it says, or null if it is no task with an id.</summary>
    public static CallbackReading? Read(
        ProviderAccount account, KlingOptions options, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body)
    {
        if (Parse(body) is not { } json)
            return null;
        var task = KlingAnswers.Read(json) is { } flat && KlingAnswers.Id(flat) is not null ? flat : KlingAnswers.OfAnswer(json);
        if (task is null || KlingAnswers.Id(task) is not { } id || (task.TaskStatus ?? task.Status) is null)
            return null;

        // Anybody can send a body without a signature: it says which task to look at, and nothing of its state.
        var isSigned = KlingSignature.IsValid(options, account.Time.GetUtcNow(), headers, body);
        return new(id, isSigned ? KlingAnswers.Result(task, model: null, Clean) : null, isSigned);

        string Clean(string words)
        {
            var hidden = UpstreamSecrets.Hide(words, account);
            return hidden.Length > UpstreamAnswer.MaxMessageLength ? hidden[..UpstreamAnswer.MaxMessageLength] : hidden;
        }
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonElement.Parse(body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
