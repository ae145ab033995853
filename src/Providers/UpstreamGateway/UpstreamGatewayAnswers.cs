using System.Text.Json;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>Reads what gateways answer about tasks.</summary>
internal static class UpstreamGatewayAnswers
{
    // new-api shows a task of which it has no news yet as "unknown" (its issue 5045); the others it lets through from behind it.
    private static readonly Dictionary<string, VideosState> Words = new()
    {
        ["unknown"] = VideosState.Queued, ["not_start"] = VideosState.Queued, ["created"] = VideosState.Queued, ["preparing"] = VideosState.Queued,
        ["succeed"] = VideosState.Completed, ["complete"] = VideosState.Completed, ["finished"] = VideosState.Completed,
        ["fail"] = VideosState.Failed,
    };

    /// <summary>The task in an answer: the body itself, or what some wrap in <c>data</c>.</summary>
    public static JsonElement? Job(UpstreamAnswer answer)
    {
        if (answer.Json is not { } body || IsJob(body)) return answer.Json;
        return body.Member("data") is var inner && IsJob(inner) ? inner : body;
    }

    /// <summary>How a task's state is read.</summary>
    public static VideosReading Reading(ProviderAccount account, UpstreamGatewayOptions options, string id) => new(UpstreamGatewayErrors.Table)
    {
        Words = Words,
        NotFoundConfirmations = options.Poll404Confirmations,
        Outputs = new VideosOutputs(account, id, UpstreamGatewayErrors.Table, request => UpstreamGatewayRequests.Authorized(request, account))
        {
            IndexQuery = "index", IsContentOnly = options.ContentOnly,
        }.Of,

        // Only where a later order can name it.
        OutputReference = _ => options is { MediaAs: UpstreamGatewayMedia.Roles, HasEdits: true } or { MediaAs: UpstreamGatewayMedia.Roles, HasExtensions: true }
            ? Reference(id) : null,
    };

    /// <summary>What is stored to poll a task with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), UpstreamGatewayJson.Default.UpstreamGatewayReference);

    /// <summary>The id in a stored reference.</summary>
    public static string IdOf(JsonElement reference) =>
        reference.Member("id").AsText() ?? throw new ArgumentException("The reference has no id.", nameof(reference));

    private static bool IsJob(JsonElement json) =>
        json.Member("id").AsText() is not null || json.Member("task_id").AsText() is not null || json.Member("status").AsText() is not null;
}
