using System.Text.Json;

namespace Reelay.Providers.Hailuo;

/// <summary>Reads callbacks, which are never signed, and answers the challenge without which none comes.</summary>
internal static class HailuoCallbacks
{
    private const int MaxChallengeLength = 4096;

    /// <summary>Which task a callback speaks of; null if it is no callback. Anybody can send one, so it says nothing of the task's state.</summary>
    public static CallbackReading? Read(ReadOnlyMemory<byte> body)
    {
        if (Parse(body) is not { } json)
            return null;
        var task = json.Member("task");
        var id = json.Member("task_id").AsText() ?? task.Member("id").AsText() ?? task.Member("task_id").AsText();
        var status = json.Member("status").AsText() ?? task.Member("status").AsText();
        return HailuoProtocols.IsId(id) && status is not null ? new(id, Result: null, IsSigned: false) : null;
    }

    /// <summary>The challenge said back; null if the body is none.</summary>
    public static ReadOnlyMemory<byte>? Answer(ReadOnlyMemory<byte> body)
    {
        if (Parse(body) is not { } json || json.Member("task_id").ValueKind != JsonValueKind.Undefined)
            return null;
        var challenge = json.Member("challenge");
        if (challenge.ValueKind != JsonValueKind.String || challenge.AsText() is not { Length: <= MaxChallengeLength } text)
            return null;
        return JsonSerializer.SerializeToUtf8Bytes(new(text), HailuoJson.Default.HailuoChallenge);
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
