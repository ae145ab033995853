using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>Makes a delivery's body from the task as it stands, signs it and posts it. Bodies are not stored, so they never outlive a prompt.</summary>
internal sealed class DeliveryCall(
    ITaskStore tasks, IKeyStore keys, WebhookSecretBook secrets, WebhookSender sender, BaseUrls baseUrls, LinkSigner links,
    CompletionEstimates estimates)
{
    /// <summary>Tries once. Null if there is nothing to send any more, because task or endpoint were deleted.</summary>
    public async Task<WebhookAnswer?> SendAsync(DueDelivery row, CancellationToken cancellationToken)
    {
        if (row.IsEndpointGone) return null;
        if (await tasks.FindAsync(row.TaskId, cancellationToken) is not { Task.DeletedAt: null } found) return null;
        var body = row.IsTask ? Render(found) : WebhookEvents.Body(found.Task);
        return await sender.PostAsync(row.Url, row.Id, body, secrets.Active(row.SecretOwner), cancellationToken);
    }

    private byte[] Render(TaskDetail found) => new Snapshot(found.Task, found.Assets).Body(
        baseUrls.Of(found.Task), links, estimates, (keys.Find(found.Task.KeyId)?.Dialects ?? Dialect.None) & VideoAnswers.OfVideos);
}
