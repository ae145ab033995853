using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>The writes.</summary>
internal sealed partial class SqliteBatchRows
{
    public bool InsertTask(StoreOperation.Create create)
    {
        var task = create.Task;
        return statements.InsertTask
            .Set(1, task.Id).Set(2, task.Shard).Set(3, task.Version).Set(4, task.AccountId).Set(5, task.KeyId)
            .Set(6, task.Order.Model).SetUtf8(7, create.OrderJson.Span).Set(8, task.BaseUrl).Set(9, task.Order.ExternalTaskId)
            .Set(10, task.Phase.ToWord()).Set(11, task.PriceMicros).Set(12, task.CreatedAt).Set(13, task.Order.User)
            .Set(14, task.Groups).Set(15, create.PriceJson).Execute() == 1;
    }

    public bool UpdateTask(GenerationTask after) =>
        statements.UpdateTask
            .Set(1, after.Version).Set(2, after.Phase.ToWord()).Set(3, after.HasStarted).Set(4, after.Progress)
            .Set(5, after.AttemptCount).Set(6, (long?)after.OpenAttempt).Set(7, after.SettledMicros).Set(8, after.SettlementBasis)
            .Set(9, after.Error?.Code).Set(10, after.Error?.Message).Set(11, after.FinishedAt).Set(12, after.ExpiresAt)
            .Set(13, after.Id).Set(14, after.Usage is { } usage ? UsageJson.Write(usage) : null)
            .Set(15, after.FailoverCount).Set(16, after.FailoverBudgetMicros).Set(17, after.DeadlineAt).Execute() == 1;

    public void WriteAttempt(TaskAttempt attempt, bool isNew)
    {
        if (isNew) open.Add(attempt.ChannelId, attempt.UpstreamModel);
        statements.UpsertAttempt
            .Set(1, attempt.TaskId).Set(2, attempt.Number).Set(3, attempt.ChannelId).Set(4, attempt.ChannelAccount)
            .Set(5, attempt.CredentialVersion).Set(6, attempt.UpstreamModel).Set(7, attempt.Token).Set(8, attempt.Fingerprint)
            .Set(9, attempt.StartedAt).Set(10, attempt.SendBy).Set(11, attempt.SubmittedAt).Set(12, attempt.UpstreamId)
            .Set(13, attempt.ReferenceJson).Set(14, attempt.DeadlineAt).Set(15, attempt.EndedAt)
            .Set(16, attempt.Outcome is { } outcome ? TaskRows.ToWord(outcome) : null).Set(17, attempt.ErrorKind)
            .Set(18, attempt.ErrorMessage).Set(19, attempt.ErrorRaw).Set(20, attempt.PossibleCostMicros)
            .Set(21, attempt.OutputReferenceJson).Set(22, attempt.CostMicros).Set(23, attempt.CostBasis).Execute();
    }

    public void InsertAsset(TaskAsset asset) =>
        statements.InsertAsset
            .Set(1, asset.TaskId).Set(2, asset.Position).Set(3, asset.Key).Set(4, asset.ContentType).Set(5, asset.SizeBytes)
            .Set(6, asset.Sha256).Set(7, (long?)asset.WidthPixels).Set(8, (long?)asset.HeightPixels).Set(9, asset.DurationMilliseconds)
            .Set(10, asset.Fps).Set(11, asset.HasAudio is { } sound ? (sound ? 1L : 0L) : null).Set(12, asset.CreatedAt)
            .Execute();

    public void InsertInput(TaskInput input) =>
        statements.InsertInput
            .Set(1, input.TaskId).Set(2, input.Position).Set(3, input.Key).Set(4, input.ContentType).Set(5, input.SizeBytes)
            .Set(6, input.Sha256).Set(7, input.CreatedAt).Execute();

    public void InsertLedgerEntry(LedgerEntry entry) =>
        statements.InsertLedgerEntry
            .Set(1, entry.AccountId).Set(2, entry.TaskId).Set(3, entry.Kind).Set(4, entry.BalanceMicros).Set(5, entry.ReservedMicros).Set(6, now)
            .Set(7, (long)entry.Attempt).Set(8, entry.Seconds).Execute();

    public void UpdateAccount(string id, AccountChange change) =>
        statements.UpdateAccount
            .Set(1, id).Set(2, change.BalanceDelta).Set(3, change.ReservedDelta).Set(4, change.SpentDelta).Set(5, change.InFlightDelta).Execute();

    // An upsert would hold what is added, which can be negative, against the bounds of the whole.
    public void AddSpending(SpendingRow row, SpendingChange change)
    {
        if (Set(statements.UpdateSpending, row, change).Execute() == 0) Set(statements.InsertSpending, row, change).Execute();
    }

    public void InsertClaim(string accountId, IdempotencyClaim claim, string taskId) =>
        statements.InsertIdempotencyKey.Set(1, accountId).Set(2, claim.Key).Set(3, claim.Fingerprint).Set(4, taskId).Set(5, now).Set(6, claim.ExpiresAt).Execute();

    public void WriteIntent(OrderIntent intent) =>
        statements.UpsertIntent.Set(1, intent.TaskId).Set(2, intent.Claims).Set(3, intent.IsUndelivered ? 1L : 0L).Set(4, now).Execute();

    public void AddClaim(string taskId, long bit) => statements.AddIntentClaim.Set(1, taskId).Set(2, bit).Execute();

    public void InsertRefusal(RefusedOrder order) =>
        statements.InsertRefusal.Set(1, order.KeyId).Set(2, order.Fingerprint).Set(3, order.At).Execute();

    public void InsertMail(InboxRow row) =>
        statements.InsertMail
            .Set(1, row.TaskId).Set(2, TaskIds.ShardOf(row.TaskId)).Set(3, row.Attempt).Set(4, row.Kind).Set(5, row.Dedupe).Set(6, row.Body)
            .Set(7, row.CreatedAt).Execute();

    public void DeleteMail(long id) => statements.DeleteMail.Set(1, id).Execute();

    public void InsertAction(TaskAction action) =>
        statements.InsertAction
            .Set(1, action.Id).Set(2, action.TaskId).Set(3, action.Attempt).Set(4, action.KeyId).Set(5, action.Action)
            .Set(6, action.AskedAt).Set(7, action.DoneAt).Set(8, action.RefusalCode).Set(9, action.RefusalMessage)
            .Set(10, action.NewTaskId).Set(11, action.BeforeJson).Set(12, action.AfterJson).Execute();

    public GenerationTask? Mark(StoreOperation.Intent intent)
    {
        (intent.IsDelete ? statements.MarkDelete : statements.MarkCancel).Set(1, intent.Id).Set(2, intent.At).Execute();
        return Task(intent.Id);
    }

    public GenerationTask? Discard(StoreOperation.Discard discard)
    {
        if (statements.MarkDiscarded.Set(1, discard.Id).Set(2, discard.At).Execute() == 0) return null;
        statements.DeleteAssets.Set(1, discard.Id).Execute();
        statements.DeleteVariants.Set(1, discard.Id).Execute();
        statements.DeleteInputs.Set(1, discard.Id).Execute();
        return Task(discard.Id);
    }

    public void InsertDelivery(NewDelivery delivery) =>
        statements.InsertDelivery
            .Set(1, delivery.Id).Set(2, delivery.AccountId).Set(3, delivery.TaskId).Set(4, delivery.EndpointId).Set(5, delivery.EventType)
            .Set(6, delivery.Format).Set(7, delivery.Url).Set(8, delivery.Destination).Set(9, delivery.Now).Set(10, delivery.GiveUpAt).Execute();

    public bool ClaimDelivery(DeliveryWrite.Claim claim) =>
        statements.ClaimDelivery
            .Set(1, claim.Row.Id).Set(2, claim.NodeId).Set(3, claim.Until).Set(4, claim.Row.AttemptCount).Set(5, claim.Row.NextAt).Execute() == 1;

    public bool CloseDelivery(DeliveryWrite.Close close, int attemptCount) =>
        statements.CloseDelivery
            .Set(1, close.Row.Id).Set(2, close.NodeId).Set(3, attemptCount).Set(4, close.NextAt)
            .Set(5, close.Outcome is null ? null : (long?)close.At).Set(6, close.Outcome?.ToString().ToLowerInvariant()).Set(7, close.Row.AttemptCount)
            .Execute() == 1;

    public void InsertDeliveryAttempt(string deliveryId, DeliveryAttempt attempt, int forgetUpTo)
    {
        statements.InsertDeliveryAttempt.Set(1, deliveryId).Set(2, attempt.Number).Set(3, attempt.StartedAt).Set(4, attempt.DurationMilliseconds)
            .Set(5, (long?)attempt.StatusCode).Set(6, attempt.Error).Execute();
        if (forgetUpTo > 0) statements.DropDeliveryAttempts.Set(1, deliveryId).Set(2, forgetUpTo).Execute();
    }

    public bool Redeliver(DeliveryWrite.Redeliver redeliver)
    {
        if (statements.FindDelivery.Set(1, redeliver.Id).Set(2, redeliver.AccountId).ExecuteLong() is null) return false;
        statements.Redeliver.Set(1, redeliver.Id).Set(2, redeliver.At).Set(3, redeliver.GiveUpAt).Execute();
        return true;
    }

    public void DisableEndpoint(string endpointId, string url, long at) =>
        statements.DisableEndpoint.Set(1, endpointId).Set(2, at).Set(3, url).Execute();

    private static SqliteStatement Set(SqliteStatement statement, SpendingRow row, SpendingChange change) => statement
        .Set(1, row.AccountId).Set(2, row.Day).Set(3, row.KeyId).Set(4, change.ReservedMicros).Set(5, change.SettledMicros)
        .Set(6, change.CreatedCount).Set(7, change.CompletedCount).Set(8, change.FailedCount);
}
