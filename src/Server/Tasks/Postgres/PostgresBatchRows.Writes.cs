using System.Text;
using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>The writes: what the rows allow is collected, to be sent with the commit.</summary>
internal sealed partial class PostgresBatchRows
{
    public bool InsertTask(StoreOperation.Create create)
    {
        var task = create.Task;
        if (!_ids.Add(task.Id)) return false;
        _tasks[task.Id] = task;
        _writes.Add(
            PostgresWrites.InsertTask,
            task.Id, task.Shard, task.Version, task.AccountId, task.KeyId, task.Order.Model, Encoding.UTF8.GetString(create.OrderJson.Span), task.BaseUrl,
            task.Order.ExternalTaskId, task.Phase.ToWord(), task.PriceMicros, task.CreatedAt, task.Order.User, task.Groups, create.PriceJson);
        return true;
    }

    public bool UpdateTask(GenerationTask after)
    {
        if (!_versions.TryGetValue(after.Id, out var version) || version != after.Version - 1) return false;
        _writes.Add(
            PostgresWrites.UpdateTask,
            after.Id, after.Version, after.Phase.ToWord(), after.HasStarted, after.Progress, after.AttemptCount, after.OpenAttempt,
            after.SettledMicros, after.SettlementBasis, after.Error?.Code, after.Error?.Message, after.FinishedAt, after.ExpiresAt,
            after.Usage is { } usage ? UsageJson.Write(usage) : null, after.FailoverCount, after.FailoverBudgetMicros, after.DeadlineAt);
        return true;
    }

    public void WriteAttempt(TaskAttempt attempt, bool isNew)
    {
        if (isNew) CountOpened(attempt);
        if (attempt.UpstreamId is { } id) _upstreamIds[(attempt.ChannelAccount, id)] = (attempt.TaskId, attempt.Number);
        _writes.Add(
            PostgresWrites.WriteAttempt,
            attempt.TaskId, attempt.Number, attempt.ChannelId, attempt.ChannelAccount, attempt.CredentialVersion, attempt.UpstreamModel, attempt.Token,
            attempt.Fingerprint, attempt.StartedAt, attempt.SendBy, attempt.SubmittedAt, attempt.UpstreamId, attempt.ReferenceJson,
            attempt.DeadlineAt, attempt.EndedAt, attempt.Outcome is { } outcome ? TaskRows.ToWord(outcome) : null, attempt.ErrorKind,
            attempt.ErrorMessage, attempt.ErrorRaw, attempt.PossibleCostMicros, attempt.OutputReferenceJson, attempt.CostMicros, attempt.CostBasis);
    }

    public void InsertAsset(TaskAsset asset) => _writes.Add(
        PostgresWrites.InsertAsset,
        asset.TaskId, asset.Position, asset.Key, asset.ContentType, asset.SizeBytes, asset.Sha256, asset.WidthPixels, asset.HeightPixels,
        asset.DurationMilliseconds, asset.Fps, asset.HasAudio, asset.CreatedAt);

    public void InsertInput(TaskInput input) => _writes.Add(
        PostgresWrites.InsertInput, input.TaskId, input.Position, input.Key, input.ContentType, input.SizeBytes, input.Sha256, input.CreatedAt);

    public void InsertLedgerEntry(LedgerEntry entry) => _writes.Add(
        PostgresWrites.InsertLedgerEntry,
        entry.AccountId, entry.TaskId, entry.Attempt, entry.Kind, entry.BalanceMicros, entry.ReservedMicros, entry.Seconds, Now);

    public void UpdateAccount(string id, AccountChange change) => _writes.Add(
        PostgresWrites.UpdateAccount, id, change.BalanceDelta, change.ReservedDelta, change.SpentDelta, change.InFlightDelta);

    public void AddSpending(SpendingRow row, SpendingChange change)
    {
        _writes.Add(PostgresWrites.MakeSpending, row.AccountId, row.Day, row.KeyId);
        _writes.Add(
            PostgresWrites.AddSpending,
            row.AccountId, row.Day, row.KeyId, change.ReservedMicros, change.SettledMicros, change.CreatedCount, change.CompletedCount, change.FailedCount);
    }

    public void InsertClaim(string accountId, IdempotencyClaim claim, string taskId)
    {
        _claims[(accountId, claim.Key)] = new KeptClaim(taskId, claim.Fingerprint);
        _writes.Add(PostgresWrites.DropExpiredClaim, accountId, claim.Key, Now);
        _writes.Add(PostgresWrites.InsertClaim, accountId, claim.Key, claim.Fingerprint, taskId, Now, claim.ExpiresAt);
    }

    public void WriteIntent(OrderIntent intent) => _writes.Add(
        PostgresWrites.WriteIntent, intent.TaskId, intent.Claims, intent.IsUndelivered, Now, intent.Place?.KeyId, intent.Place?.Fingerprint);

    public void AddClaim(string taskId, long bit)
    {
        _intents[taskId] |= bit;
        _writes.Add(PostgresWrites.AddClaim, taskId, bit);
    }

    public void InsertRefusal(RefusedOrder order) => _writes.Add(PostgresWrites.InsertRefusal, order.KeyId, order.Fingerprint, order.At);

    public void InsertMail(InboxRow row) => _writes.Add(
        PostgresWrites.InsertMail, row.TaskId, TaskIds.ShardOf(row.TaskId), row.Attempt, row.Kind, row.Dedupe, row.Body, row.CreatedAt);

    public void DeleteMail(long id) => _writes.Add(PostgresWrites.DeleteMail, id);

    public void InsertAction(TaskAction action) => _writes.Add(
        PostgresWrites.InsertAction,
        action.Id, action.TaskId, action.Attempt, action.KeyId, action.Action, action.AskedAt, action.DoneAt, action.RefusalCode,
        action.RefusalMessage, action.NewTaskId, action.BeforeJson, action.AfterJson);

    public GenerationTask? Mark(StoreOperation.Intent intent)
    {
        if (Task(intent.Id) is not { } task || (!intent.IsDelete && (task.CancelRequestedAt ?? task.FinishedAt) is not null)) return Task(intent.Id);
        return Mark(task with
        {
            CancelRequestedAt = task.FinishedAt is null ? task.CancelRequestedAt ?? intent.At : task.CancelRequestedAt,
            DeletedAt = intent.IsDelete ? task.DeletedAt ?? intent.At : task.DeletedAt,
        });
    }

    public GenerationTask? Discard(StoreOperation.Discard discard)
    {
        if (Task(discard.Id) is not { FinishedAt: not null, OpenAttempt: null } task) return null;
        _writes.Add(PostgresWrites.DeleteAssets, discard.Id);
        _writes.Add(PostgresWrites.DeleteVariants, discard.Id);
        _writes.Add(PostgresWrites.DeleteInputs, discard.Id);
        return Mark(task with { DiscardedAt = discard.At });
    }

    public void InsertDelivery(NewDelivery delivery) => _writes.Add(
        PostgresWrites.InsertDelivery,
        delivery.Id, delivery.AccountId, delivery.TaskId, delivery.EndpointId, delivery.EventType, delivery.Format, delivery.Url, delivery.Destination,
        delivery.Now, delivery.GiveUpAt, delivery.Now);

    public bool ClaimDelivery(DeliveryWrite.Claim claim)
    {
        if (_deliveries.GetValueOrDefault(claim.Row.Id) is not { EndedAt: null } row
            || (row.AttemptCount, row.NextAt) != (claim.Row.AttemptCount, claim.Row.NextAt)) return false;
        _writes.Add(PostgresWrites.ClaimDelivery, claim.Row.Id, claim.NodeId, claim.Until);
        return true;
    }

    public bool CloseDelivery(DeliveryWrite.Close close, int attemptCount)
    {
        if (_deliveries.GetValueOrDefault(close.Row.Id) is not { EndedAt: null } row
            || (row.LeaseOwner, row.AttemptCount) != (close.NodeId, close.Row.AttemptCount)) return false;
        _writes.Add(
            PostgresWrites.CloseDelivery,
            close.Row.Id, attemptCount, close.NextAt, close.Outcome is null ? null : close.At, close.Outcome?.ToString().ToLowerInvariant());
        return true;
    }

    public void InsertDeliveryAttempt(string deliveryId, DeliveryAttempt attempt, int forgetUpTo)
    {
        _writes.Add(
            PostgresWrites.InsertDeliveryAttempt, deliveryId, attempt.Number, attempt.StartedAt, attempt.DurationMilliseconds, attempt.StatusCode, attempt.Error);
        if (forgetUpTo > 0) _writes.Add(PostgresWrites.DropDeliveryAttempts, deliveryId, forgetUpTo);
    }

    public bool Redeliver(DeliveryWrite.Redeliver redeliver)
    {
        if (_deliveries.GetValueOrDefault(redeliver.Id) is not { } row || (redeliver.AccountId ?? row.AccountId) != row.AccountId) return false;
        if (row.LeaseOwner is null) _writes.Add(PostgresWrites.Redeliver, redeliver.Id, redeliver.At, redeliver.GiveUpAt);
        return true;
    }

    public void DisableEndpoint(string endpointId, string url, long at) => _writes.Add(PostgresWrites.DisableEndpoint, endpointId, url, at);

    private GenerationTask Mark(GenerationTask task)
    {
        var marked = task with { Version = task.Version + 1 };
        _writes.Add(PostgresWrites.MarkTask, marked.Id, marked.Version, marked.CancelRequestedAt, marked.DeletedAt, marked.DiscardedAt);
        _tasks[marked.Id] = marked;
        return marked;
    }
}
