using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Batches;

/// <summary>Deliveries within a batch: their rows with the end of a task, and what becomes of them.</summary>
internal sealed class DeliveryBatch(IBatchRows rows, WebhookSubscriptions subscriptions, TimeSpan retryTime)
{
    // A receiver that is redelivered to for ever must not fill the disk.
    private const int MaxKeptAttempts = 100;

    /// <summary>Whether the worker has something to look for once the batch is committed.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Adds the rows for a task that has just ended. Costs nothing where neither the order nor the account wants to be told.</summary>
    public void Announce(GenerationTask task)
    {
        // Whoever deletes a task does not want to hear of it, and could not read what the event names.
        if (task.DeletedAt is not null) return;
        var type = WebhookEvents.TypeOf(task);
        if (task.Order.Callback is { } callback) Insert(task, "", type, callback.Format, callback.Url);
        foreach (var endpoint in subscriptions.Find(task.AccountId, rows.Endpoints))
        {
            if (endpoint.EventTypes.Contains(type)) Insert(task, endpoint.Id, type, "event", endpoint.Url);
        }
    }

    public OperationResult Apply(DeliveryWrite write) => new(write switch
    {
        DeliveryWrite.Claim claim => rows.ClaimDelivery(claim) ? OperationOutcome.Applied : OperationOutcome.VersionChanged,
        DeliveryWrite.Close close => Close(close),
        DeliveryWrite.Redeliver redeliver => Redeliver(redeliver),
        _ => throw new ArgumentOutOfRangeException(nameof(write), write, "unknown write"),
    });

    private void Insert(GenerationTask task, string endpointId, string type, string format, string url)
    {
        rows.InsertDelivery(new NewDelivery(
            subscriptions.MintDeliveryId(), task.AccountId, task.Id, endpointId, type, format, url, WebhookUrls.Destination(task.AccountId, url),
            rows.Now, rows.Now + (long)retryTime.TotalMilliseconds));
        HasNews = true;
    }

    private OperationOutcome Close(DeliveryWrite.Close close)
    {
        if (!rows.CloseDelivery(close, close.Attempt?.Number ?? close.Row.AttemptCount)) return OperationOutcome.VersionChanged;
        if (close.Attempt is { } attempt) rows.InsertDeliveryAttempt(close.Row.Id, attempt, attempt.Number - MaxKeptAttempts);

        // An address that was changed meanwhile is another one than that which said so.
        if (close.DisablesEndpoint)
        {
            rows.DisableEndpoint(close.Row.EndpointId, close.Row.Url, close.At);
            subscriptions.Forget(close.Row.AccountId);
        }

        return OperationOutcome.Applied;
    }

    private OperationOutcome Redeliver(DeliveryWrite.Redeliver redeliver)
    {
        if (!rows.Redeliver(redeliver)) return OperationOutcome.NotFound;
        HasNews = true;
        return OperationOutcome.Applied;
    }
}
