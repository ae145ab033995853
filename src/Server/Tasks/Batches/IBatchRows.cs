using Reelay.Server.Accounts;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Batches;

/// <summary>
/// What a batch asks of its database and writes to it. Questions are answered as of the batch's own transaction, with every row locked that an
/// answer could be made wrong by; what the batch itself has written counts where a member says so.
/// </summary>
internal interface IBatchRows
{
    /// <summary>The database's clock when the batch began, Unix milliseconds.</summary>
    long Now { get; }

    /// <summary>Whether a shard is still whose it was; it stays so until the transaction ends.</summary>
    bool Owns(ShardFence fence);

    /// <summary>An account as it was before the batch, or null.</summary>
    AccountFigures? Account(string id);

    /// <summary>The task and fingerprint that an account's key stands for now, with what the batch has claimed; or null.</summary>
    KeptClaim? Claim(string accountId, string key);

    /// <summary>What was spent before the batch: by a key in all its time, or by an account in the month.</summary>
    SpentFigures Spent(string id, bool isKey, long day, long month, long nextMonth);

    /// <summary>A task's row, or null; with what the batch has written to it.</summary>
    GenerationTask? Task(string id);

    /// <summary>Whether so many attempts of a channel, or of one of its upstream models, are open; with those of the batch.</summary>
    bool IsFull(string channelId, string? model, long slots);

    /// <summary>Whether another attempt of the channel account has the attempt's upstream id; with those of the batch.</summary>
    bool IsUpstreamIdTaken(TaskAttempt attempt);

    /// <summary>Whether the same mail waits for the task already, and how much of its kind.</summary>
    (bool IsThere, long Count) Mail(InboxRow row);

    /// <summary>Where an account wants to be told.</summary>
    IReadOnlyList<StoredEndpoint> Endpoints(string accountId);

    /// <summary>Inserts a task.</summary>
    /// <returns>False if one has its id.</returns>
    bool InsertTask(StoreOperation.Create create);

    /// <summary>Replaces a task's row by its next version.</summary>
    /// <returns>False if the row is not of the version before.</returns>
    bool UpdateTask(GenerationTask after);

    /// <summary>Inserts an attempt, or replaces it.</summary>
    void WriteAttempt(TaskAttempt attempt, bool isNew);

    void InsertAsset(TaskAsset asset);

    void InsertInput(TaskInput input);

    void InsertLedgerEntry(LedgerEntry entry);

    /// <summary>Adds to an account's figures.</summary>
    void UpdateAccount(string id, AccountChange change);

    /// <summary>Adds to the row of a key and day, or makes it.</summary>
    void AddSpending(SpendingRow row, SpendingChange change);

    void InsertClaim(string accountId, IdempotencyClaim claim, string taskId);

    void WriteIntent(OrderIntent intent);

    /// <summary>Which tries stand for an order, or null where it is not remembered; with those of the batch.</summary>
    long? Claims(string taskId);

    void AddClaim(string taskId, long bit);

    void InsertRefusal(RefusedOrder order);

    void InsertMail(InboxRow row);

    void DeleteMail(long id);

    void InsertAction(TaskAction action);

    /// <summary>Marks a task as to be cancelled or deleted.</summary>
    /// <returns>The row as it is now, or null if there is none.</returns>
    GenerationTask? Mark(StoreOperation.Intent intent);

    /// <summary>Notes that a terminal task's files are gone, and forgets them.</summary>
    /// <returns>The row as it is now, or null if there is none that has ended.</returns>
    GenerationTask? Discard(StoreOperation.Discard discard);

    void InsertDelivery(NewDelivery delivery);

    /// <returns>False if somebody else was quicker.</returns>
    bool ClaimDelivery(DeliveryWrite.Claim claim);

    /// <returns>False if the claim no longer holds.</returns>
    bool CloseDelivery(DeliveryWrite.Close close, int attemptCount);

    /// <summary>Notes a try, and forgets those up to a number.</summary>
    void InsertDeliveryAttempt(string deliveryId, DeliveryAttempt attempt, int forgetUpTo);

    /// <returns>False if there is no such delivery (of this account).</returns>
    bool Redeliver(DeliveryWrite.Redeliver redeliver);

    /// <summary>Switches off an endpoint that still has the address.</summary>
    void DisableEndpoint(string endpointId, string url, long at);
}

/// <summary>An account before a batch.</summary>
internal sealed record AccountFigures(
    long BalanceMicros, long ReservedMicros, bool IsUnlimited, long FloorMicros, long SpentMicros, long InFlight, Limits Limits);

/// <summary>What an idempotency key stands for.</summary>
internal readonly record struct KeptClaim(string TaskId, string Fingerprint);

/// <summary>Sums of spending: altogether, in the month, on the day; and unfinished tasks.</summary>
internal readonly record struct SpentFigures(long Total, long Month, long Today, long InFlight);

/// <summary>A row of the ledger to be written.</summary>
internal sealed record LedgerEntry(
    string AccountId, string TaskId, int Attempt, string Kind, long BalanceMicros, long ReservedMicros, long? Seconds);

/// <summary>A delivery to be made.</summary>
internal sealed record NewDelivery(
    string Id, string AccountId, string TaskId, string EndpointId, string EventType, string Format, string Url, string Destination, long Now, long GiveUpAt);
