using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>What is told, in the words of OpenAI's events.</summary>
internal static class WebhookEvents
{
    /// <summary>A task has its result.</summary>
    public const string Completed = "video.completed";

    /// <summary>A task ended without one; a cancelled one too.</summary>
    public const string Failed = "video.failed";

    /// <summary>All types there are.</summary>
    public static IReadOnlyList<string> Types { get; } = [Completed, Failed];

    /// <summary>The type for a terminal task.</summary>
    public static string TypeOf(GenerationTask task) => task.Phase == TaskPhase.Completed ? Completed : Failed;

    /// <summary>The body for a terminal task. A task ends once, so its event has one id, whoever is told and however often.</summary>
    public static byte[] Body(GenerationTask task) =>
        Body("evt_" + task.Id[TaskIds.Prefix.Length..], (task.FinishedAt ?? task.CreatedAt) / 1000, TypeOf(task), task.Id);

    /// <summary>The body of an event.</summary>
    public static byte[] Body(string id, long createdAt, string type, string taskId) =>
        JsonAnswer.Serialize(new WebhookEvent(id, createdAt, type, new WebhookEventData(taskId)), ContractsJson.Default.WebhookEvent);
}
