using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>What an operator asks of a task's owner: the body of a row of kind <c>operator</c>.</summary>
internal sealed record OperatorWish
{
    /// <summary>Names the row of the action that answers it.</summary>
    public required string Id { get; init; }

    /// <summary>One of the constants of <see cref="OperatorRules"/>.</summary>
    public required string Action { get; init; }

    /// <summary>The key it was asked with.</summary>
    public required string KeyId { get; init; }

    /// <summary>For adopt: the upstream's id of the order.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>For adopt: what to poll it with, as JSON; null has the provider make it of the id.</summary>
    public string? ReferenceJson { get; init; }

    /// <summary>For resubmit: the id of the new task, if one must be made; minted once, so that a repeated step makes no second.</summary>
    public string? NewTaskId { get; init; }

    /// <summary>The row that keeps it.</summary>
    public InboxRow ToRow(string taskId, int attempt, long now) =>
        new(taskId, attempt, InboxRow.Operator, Id, JsonSerializer.Serialize(this, OperatorJson.Default.OperatorWish), now);

    /// <summary>Reads it out of its row.</summary>
    public static OperatorWish Of(InboxRow row) => JsonSerializer.Deserialize(row.Body, OperatorJson.Default.OperatorWish)!;
}

/// <summary>How a task and its last attempt stand, as the record of an action keeps it: no secrets, no order.</summary>
internal sealed record ActionState(
    string Phase, int Attempt, string? Outcome, string? UpstreamId, long PossibleCostMicros, string? Error, string? ResubmittedAs)
{
    public static string Json(GenerationTask task, TaskAttempt? attempt, string? resubmittedAs = null) => JsonSerializer.Serialize(
        new ActionState(
            task.Phase.ToWord(), attempt?.Number ?? 0, attempt?.Outcome?.ToString().ToLowerInvariant(), attempt?.UpstreamId,
            attempt?.PossibleCostMicros ?? 0, task.Error?.Code, resubmittedAs),
        OperatorJson.Default.ActionState);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OperatorWish))]
[JsonSerializable(typeof(ActionState))]
internal sealed partial class OperatorJson : JsonSerializerContext;
