using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using SQLitePCL;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>One transaction over many operations. SQLite has one writer, so the lock order of the contract needs no locks here.</summary>
internal sealed class SqliteBatch(
    SqliteStatements statements, OpenAttempts open, SqliteConnection connection, SqliteTransaction transaction, long now,
    Webhooks.SqliteDeliveryWriter deliveries)
{
    private readonly Dictionary<string, AccountChange> _accounts = new(StringComparer.Ordinal);

    private readonly SqliteInboxBatch _inbox = new(statements);

    private readonly SqliteSpending _spending = new(statements);
    private readonly SqliteLedgerBatch _ledger = new(statements, now);

    public OperationResult Apply(StoreOperation operation) => operation switch
    {
        StoreOperation.Create create => Create(create),
        StoreOperation.Transition transition => Transition(transition),
        StoreOperation.Intent intent => Intent(intent),
        StoreOperation.Discard discard => Discard(discard),
        StoreOperation.NoteIntent note => NoteIntent(note.Order),
        StoreOperation.NoteRefusal note => NoteRefusal(note.Order),
        StoreOperation.Post post => _inbox.Post(post),
        StoreOperation.Note note => Note(note),
        StoreOperation.Deliver deliver => deliveries.Apply(deliver.Write),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown operation"),
    };

    /// <summary>Writes what the batch did to accounts and what their keys spent, once for each and in id order.</summary>
    public void Flush()
    {
        foreach (var (id, change) in _accounts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!change.IsChanged) continue;
            statements.UpdateAccount
                .Set(1, id).Set(2, change.BalanceDelta).Set(3, change.ReservedDelta).Set(4, change.SpentDelta).Set(5, change.InFlightDelta).Execute();
        }

        _spending.Flush();
    }

    private OperationResult Create(StoreOperation.Create create)
    {
        var task = create.Task;
        if (!Owns(create.Fence)) return new(OperationOutcome.NotOwned);
        if (Account(task.AccountId) is not { } account) return new(OperationOutcome.NotFound);
        if (create.Idempotency is { } claim && FindClaim(task.AccountId, claim) is { } earlier) return earlier;
        if (task.Price is { IsMissing: true } && !account.IsUnlimited) return new(OperationOutcome.NotPriced);
        if (create.KeyLimits is { } limits && _spending.Reached(task, limits, account) is { } reached) return new(OperationOutcome.LimitReached) { Limit = reached };
        if (!account.CanReserve(task.PriceMicros)) return new(OperationOutcome.InsufficientBalance);

        var inserted = statements.InsertTask
            .Set(1, task.Id).Set(2, task.Shard).Set(3, task.Version).Set(4, task.AccountId).Set(5, task.KeyId)
            .Set(6, task.Order.Model).SetUtf8(7, create.OrderJson.Span).Set(8, task.BaseUrl).Set(9, task.Order.ExternalTaskId)
            .Set(10, task.Phase.ToWord()).Set(11, task.PriceMicros).Set(12, task.CreatedAt).Set(13, task.Order.User)
            .Set(14, task.Groups).Set(15, create.PriceJson).Execute();
        if (inserted == 0) return new(OperationOutcome.IdTaken);
        account.Add(0, task.PriceMicros);
        _ledger.Reserve(task);
        _spending.Created(task, account);
        if (create.Idempotency is { } key)
        {
            statements.InsertIdempotencyKey.Set(1, task.AccountId).Set(2, key.Key).Set(3, key.Fingerprint).Set(4, task.Id).Set(5, now)
                .Set(6, key.ExpiresAt).Execute();
        }

        if (create.Remembered is { } intent) NoteIntent(intent with { TaskId = task.Id });
        return new(OperationOutcome.Applied, task);
    }

    private OperationResult? FindClaim(string accountId, IdempotencyClaim claim)
    {
        var isFound = statements.FindClaim.Set(1, accountId).Set(2, claim.Key).Set(3, now).ReadFirst(
            static row => (TaskId: raw.sqlite3_column_text(row, 0).utf8_to_string(), Fingerprint: raw.sqlite3_column_text(row, 1).utf8_to_string()),
            out var found);
        return !isFound ? null
            : found.Fingerprint == claim.Fingerprint ? new(OperationOutcome.Replayed, Find(found.TaskId))
            : new(OperationOutcome.IdempotencyKeyReused);
    }

    private OperationResult NoteIntent(OrderIntent intent)
    {
        statements.UpsertIntent.Set(1, intent.TaskId).Set(2, intent.Claims).Set(3, intent.IsUndelivered ? 1L : 0L).Set(4, now).Execute();
        return new(OperationOutcome.Applied);
    }

    private OperationResult NoteRefusal(RefusedOrder order)
    {
        statements.InsertRefusal.Set(1, order.KeyId).Set(2, order.Fingerprint).Set(3, order.At).Execute();
        return new(OperationOutcome.Applied);
    }

    private OperationResult Transition(StoreOperation.Transition transition)
    {
        var after = transition.After;
        if (!Owns(transition.Fence)) return new(OperationOutcome.NotOwned);
        if (Refusal(transition) is { } refusal) return new(refusal);
        if (!UpdateTask(after)) return new(OperationOutcome.VersionChanged);

        var attempt = transition.Attempt;
        if (attempt is not null)
        {
            if (transition.Admission is { } admission)
            {
                attempt = attempt with { StartedAt = now, SendBy = now + admission.CallMilliseconds };
                open.Add(attempt.ChannelId, attempt.UpstreamModel);
            }

            UpsertAttempt(attempt);
        }

        if (transition.Money is { } money) Close(after, money);
        if (transition.Money is not null) deliveries.Announce(after, transaction, now);
        foreach (var asset in transition.Assets) InsertAsset(asset);
        foreach (var input in transition.Inputs) InsertInput(input);
        _inbox.Use(transition.UsedMail, transition.Action);
        return new(OperationOutcome.Applied, after, attempt);
    }

    // Everything that needs no write to find out, so that a refused operation leaves nothing behind in the batch.
    private OperationOutcome? Refusal(StoreOperation.Transition transition)
    {
        if (transition.Attempt is not { } attempt) return null;
        if (attempt.UpstreamId is not null
            && statements.UpstreamIdOwner
                .Set(1, attempt.ChannelAccount).Set(2, attempt.UpstreamId).Set(3, attempt.TaskId).Set(4, attempt.Number)
                .ExecuteLong() is not null)
        {
            return OperationOutcome.UpstreamIdTaken;
        }

        if (transition.Admission is not { } admission) return null;
        var isFull = open.IsFull(attempt.ChannelId, null, admission.MaxInFlight)
            || (admission.MaxInFlightOfModel is { } most && open.IsFull(attempt.ChannelId, attempt.UpstreamModel, most));
        return isFull ? OperationOutcome.NoSlot : null;
    }

    private bool UpdateTask(GenerationTask after) =>
        statements.UpdateTask
            .Set(1, after.Version).Set(2, after.Phase.ToWord()).Set(3, after.HasStarted).Set(4, after.Progress)
            .Set(5, after.AttemptCount).Set(6, (long?)after.OpenAttempt).Set(7, after.SettledMicros).Set(8, after.SettlementBasis)
            .Set(9, after.Error?.Code).Set(10, after.Error?.Message).Set(11, after.FinishedAt).Set(12, after.ExpiresAt)
            .Set(13, after.Id).Set(14, after.Usage is { } usage ? UsageJson.Write(usage) : null)
            .Set(15, after.FailoverCount).Set(16, after.FailoverBudgetMicros).Set(17, after.DeadlineAt).Execute() == 1;

    private void UpsertAttempt(TaskAttempt attempt) =>
        statements.UpsertAttempt
            .Set(1, attempt.TaskId).Set(2, attempt.Number).Set(3, attempt.ChannelId).Set(4, attempt.ChannelAccount)
            .Set(5, attempt.CredentialVersion).Set(6, attempt.UpstreamModel).Set(7, attempt.Token).Set(8, attempt.Fingerprint)
            .Set(9, attempt.StartedAt).Set(10, attempt.SendBy).Set(11, attempt.SubmittedAt).Set(12, attempt.UpstreamId)
            .Set(13, attempt.ReferenceJson).Set(14, attempt.DeadlineAt).Set(15, attempt.EndedAt)
            .Set(16, attempt.Outcome is { } outcome ? SqliteRows.ToWord(outcome) : null).Set(17, attempt.ErrorKind)
            .Set(18, attempt.ErrorMessage).Set(19, attempt.ErrorRaw).Set(20, attempt.PossibleCostMicros)
            .Set(21, attempt.OutputReferenceJson).Set(22, attempt.CostMicros).Set(23, attempt.CostBasis).Execute();

    private void Close(GenerationTask after, MoneyMove money)
    {
        var account = Account(after.AccountId) ?? throw new InvalidOperationException($"Task {after.Id} has no account {after.AccountId}.");
        account.Add(-money.SettledMicros, -after.PriceMicros);
        _ledger.Close(after, money);
        _spending.Closed(after, account, money);
    }

    private void InsertAsset(TaskAsset asset) =>
        statements.InsertAsset
            .Set(1, asset.TaskId).Set(2, asset.Position).Set(3, asset.Key).Set(4, asset.ContentType).Set(5, asset.SizeBytes)
            .Set(6, asset.Sha256).Set(7, (long?)asset.WidthPixels).Set(8, (long?)asset.HeightPixels).Set(9, asset.DurationMilliseconds)
            .Set(10, asset.Fps).Set(11, asset.HasAudio is { } sound ? (sound ? 1L : 0L) : null).Set(12, asset.CreatedAt)
            .Execute();

    private void InsertInput(TaskInput input) =>
        statements.InsertInput
            .Set(1, input.TaskId).Set(2, input.Position).Set(3, input.Key).Set(4, input.ContentType).Set(5, input.SizeBytes)
            .Set(6, input.Sha256).Set(7, input.CreatedAt).Execute();

    private OperationResult Intent(StoreOperation.Intent intent)
    {
        if (Find(intent.Id) is not { } task || (intent.AccountId is not null && task.AccountId != intent.AccountId)
            || (intent.AccountId is not null && task.DeletedAt is not null))
        {
            return new(OperationOutcome.NotFound);
        }

        var statement = intent.IsDelete ? statements.MarkDelete : statements.MarkCancel;
        var changed = statement.Set(1, intent.Id).Set(2, intent.At).Execute() == 1;
        return new(OperationOutcome.Applied, changed ? Find(intent.Id) : task);
    }

    private OperationResult Discard(StoreOperation.Discard discard)
    {
        if (statements.MarkDiscarded.Set(1, discard.Id).Set(2, discard.At).Execute() == 0)
        {
            return new(OperationOutcome.NotFound);
        }

        statements.DeleteAssets.Set(1, discard.Id).Execute();
        statements.DeleteVariants.Set(1, discard.Id).Execute();
        statements.DeleteInputs.Set(1, discard.Id).Execute();
        return new(OperationOutcome.Applied, Find(discard.Id));
    }

    private OperationResult Note(StoreOperation.Note note)
    {
        if (!Owns(note.Fence)) return new(OperationOutcome.NotOwned);
        _inbox.Use(note.UsedMail, note.Action);
        return new(OperationOutcome.Applied);
    }

    private bool Owns(ShardFence fence) =>
        statements.OwnsShard.Set(1, fence.Shard).Set(2, fence.NodeId).Set(3, fence.Epoch).ExecuteLong() is not null;

    private GenerationTask? Find(string id)
    {
        using var command = connection.Command($"SELECT {SqliteRows.TaskColumns} FROM tasks t WHERE t.id = $id", transaction, ("$id", id));
        using var row = command.ExecuteReader();
        return row.Read() ? SqliteRows.Task(row) : null;
    }

    private AccountChange? Account(string id)
    {
        if (_accounts.TryGetValue(id, out var known)) return known;
        var isFound = statements.FindAccount.Set(1, id).ReadFirst(static row => new AccountChange(row), out var account);
        return isFound ? _accounts[id] = account! : null;
    }
}
