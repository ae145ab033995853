using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Batches;

/// <summary>What many operations do in one transaction, decided one after the other on the same rows. The same on both databases.</summary>
internal sealed class StoreBatch(IBatchRows rows, WebhookSubscriptions subscriptions, TimeSpan webhookRetryTime)
{
    private readonly Dictionary<string, AccountChange> _accounts = new(StringComparer.Ordinal);
    private readonly InboxBatch _inbox = new(rows);
    private readonly SpendingBatch _spending = new(rows);
    private readonly LedgerBatch _ledger = new(rows);
    private readonly DeliveryBatch _deliveries = new(rows, subscriptions, webhookRetryTime);

    /// <summary>Whether there will be something to deliver once it is committed.</summary>
    public bool HasDeliveries => _deliveries.HasNews;

    public OperationResult Apply(StoreOperation operation) => operation switch
    {
        StoreOperation.Create create => Create(create),
        StoreOperation.Transition transition => Transition(transition),
        StoreOperation.Intent intent => Intent(intent),
        StoreOperation.Discard discard => Discard(discard),
        StoreOperation.NoteIntent note => NoteIntent(note.Order),
        StoreOperation.NoteRefusal note => NoteRefusal(note.Order),
        StoreOperation.ClaimIntent claim => ClaimIntent(claim),
        StoreOperation.Post post => _inbox.Post(post),
        StoreOperation.Note note => Note(note),
        StoreOperation.Deliver deliver => _deliveries.Apply(deliver.Write),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown operation"),
    };

    /// <summary>Writes what the batch did to accounts and what their keys spent, once for each and in id order.</summary>
    public void Flush()
    {
        foreach (var (id, change) in _accounts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (change.IsChanged) rows.UpdateAccount(id, change);
        }

        _spending.Flush();
    }

    private OperationResult Create(StoreOperation.Create create)
    {
        var task = create.Task;
        if (!rows.Owns(create.Fence)) return new(OperationOutcome.NotOwned);
        if (Account(task.AccountId) is not { } account) return new(OperationOutcome.NotFound);
        if (create.Idempotency is { } claim && FindClaim(task.AccountId, claim) is { } earlier) return earlier;
        if (task.Price is { IsMissing: true } && !account.IsUnlimited) return new(OperationOutcome.NotPriced);
        if (create.KeyLimits is { } limits && _spending.Reached(task, limits, account) is { } reached) return new(OperationOutcome.LimitReached) { Limit = reached };
        if (!account.CanReserve(task.PriceMicros)) return new(OperationOutcome.InsufficientBalance);

        if (!rows.InsertTask(create)) return new(OperationOutcome.IdTaken);
        account.Add(0, task.PriceMicros);
        _ledger.Reserve(task);
        _spending.Created(task, account);
        if (create.Idempotency is { } key) rows.InsertClaim(task.AccountId, key, task.Id);

        if (create.Remembered is { } intent) NoteIntent(intent with { TaskId = task.Id });
        return new(OperationOutcome.Applied, task);
    }

    private OperationResult? FindClaim(string accountId, IdempotencyClaim claim) =>
        rows.Claim(accountId, claim.Key) is not { } found ? null
        : found.Fingerprint == claim.Fingerprint ? new(OperationOutcome.Replayed, rows.Task(found.TaskId))
        : new(OperationOutcome.IdempotencyKeyReused);

    private OperationResult NoteIntent(OrderIntent intent)
    {
        rows.WriteIntent(intent);
        return new(OperationOutcome.Applied);
    }

    private OperationResult ClaimIntent(StoreOperation.ClaimIntent claim)
    {
        if (rows.Claims(claim.Id) is not { } claims) return new(OperationOutcome.NotFound);
        if ((claims & claim.Bit) != 0) return new(OperationOutcome.VersionChanged);
        rows.AddClaim(claim.Id, claim.Bit);
        return new(OperationOutcome.Applied);
    }

    private OperationResult NoteRefusal(RefusedOrder order)
    {
        rows.InsertRefusal(order);
        return new(OperationOutcome.Applied);
    }

    private OperationResult Transition(StoreOperation.Transition transition)
    {
        var after = transition.After;
        if (!rows.Owns(transition.Fence)) return new(OperationOutcome.NotOwned);
        if (Refusal(transition) is { } refusal) return new(refusal);
        if (!rows.UpdateTask(after)) return new(OperationOutcome.VersionChanged);

        var attempt = transition.Attempt;
        if (attempt is not null)
        {
            if (transition.Admission is { } admission)
            {
                attempt = attempt with { StartedAt = rows.Now, SendBy = rows.Now + admission.CallMilliseconds };
            }

            rows.WriteAttempt(attempt, isNew: transition.Admission is not null);
        }

        if (transition.Money is { } money) Close(after, money);
        if (transition.Money is not null) _deliveries.Announce(after);
        foreach (var asset in transition.Assets) rows.InsertAsset(asset);
        foreach (var input in transition.Inputs) rows.InsertInput(input);
        _inbox.Use(transition.UsedMail, transition.Action);
        return new(OperationOutcome.Applied, after, attempt);
    }

    // Everything that needs no write to find out, so that a refused operation leaves nothing behind in the batch.
    private OperationOutcome? Refusal(StoreOperation.Transition transition)
    {
        if (transition.Attempt is not { } attempt) return null;
        if (attempt.UpstreamId is not null && rows.IsUpstreamIdTaken(attempt)) return OperationOutcome.UpstreamIdTaken;

        if (transition.Admission is not { } admission) return null;
        var isFull = rows.IsFull(attempt.ChannelId, null, admission.MaxInFlight)
            || (admission.MaxInFlightOfModel is { } most && rows.IsFull(attempt.ChannelId, attempt.UpstreamModel, most));
        return isFull ? OperationOutcome.NoSlot : null;
    }

    private void Close(GenerationTask after, MoneyMove money)
    {
        var account = Account(after.AccountId) ?? throw new InvalidOperationException($"Task {after.Id} has no account {after.AccountId}.");
        account.Add(-money.SettledMicros, -after.PriceMicros);
        _ledger.Close(after, money);
        _spending.Closed(after, account, money);
    }

    private OperationResult Intent(StoreOperation.Intent intent)
    {
        if (rows.Task(intent.Id) is not { } task || (intent.AccountId is not null && task.AccountId != intent.AccountId)
            || (intent.AccountId is not null && task.DeletedAt is not null))
        {
            return new(OperationOutcome.NotFound);
        }

        return new(OperationOutcome.Applied, rows.Mark(intent));
    }

    private OperationResult Discard(StoreOperation.Discard discard) =>
        rows.Discard(discard) is { } task ? new(OperationOutcome.Applied, task) : new(OperationOutcome.NotFound);

    private OperationResult Note(StoreOperation.Note note)
    {
        if (!rows.Owns(note.Fence)) return new(OperationOutcome.NotOwned);
        _inbox.Use(note.UsedMail, note.Action);
        return new(OperationOutcome.Applied);
    }

    private AccountChange? Account(string id)
    {
        if (_accounts.TryGetValue(id, out var known)) return known;
        return rows.Account(id) is { } found ? _accounts[id] = new AccountChange(found) : null;
    }
}
