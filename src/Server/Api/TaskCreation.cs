using Reelay.Server.Accounts;
using Reelay.Server.Api.Intents;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Engine;
using Reelay.Server.Files;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>From a request to a durable, paid-for task. Nothing here talks to an upstream.</summary>
internal sealed class TaskCreation(
    EngineParts parts, TaskEngine engine, GroupCommitter committer, TaskIds ids, Ownership ownership, BaseUrls baseUrls, OrderIntake intake,
    UploadFolders uploads, CreationIntents intents, TaskReader reader, ITaskStore store, Pricing pricing)
{
    private const int MaxMints = 3;

    // Of so many ids none misses a node that owns but one shard of the 256, but once in ten million orders.
    private const int MaxTries = 4096;

    // 1: what is ordered?  2: is it a new order, or another try of one?  3: may it be ordered now?  4: insert the task and reserve its
    // price, in one transaction.  5: hand it to the engine.
    public async Task<ApiResult<Snapshot>> CreateAsync(HttpContext context, ApiKey key, OrderRoute route)
    {
        var arrivedAt = parts.Time.GetTimestamp();
        var (by, fault) = CallerTry.Read(context.Request);
        if (fault is not null) return fault;
        if (parts.Gate.IsDiskLow) return new ApiError(503, "disk_full", "The server is short of disk space.") { RetryAfterSeconds = 30 };

        // Inputs get a folder of their own: the task's id is not known yet while they arrive.
        await using var folder = uploads.Begin("inputs");
        var read = await intake.ReadAsync(context, key, route, folder);
        if (read.Error is { } refused) return refused;

        var order = read.Value!.ToOrder();
        var fingerprint = OrderFingerprint.Of(order);
        var claim = by.Claim(key, order.ExternalTaskId, fingerprint, parts.Now);
        IntentTicket? ticket = null;
        if (claim is null)
        {
            var entered = await intents.EnterAsync(context, key, fingerprint, by, arrivedAt);
            if (entered.Error is { } busy) return busy;
            ticket = entered.Value!;
            if (!ticket.IsNew) return await ReplayAsync(context, ticket.Entry.TaskId!, key);
        }

        ApiResult<Made> made;
        try
        {
            made = await MakeAsync(context, key, order, by, claim, ticket, intents.Note(ticket, key.Id, fingerprint), folder);
        }
        catch
        {
            intents.Abandon(ticket);
            throw;
        }

        if (made.Error is { } error)
        {
            await intents.RefusedAsync(ticket, key.Id, fingerprint, error);
            return error;
        }

        return made.Value!.IsReplayed ? await ReplayAsync(context, made.Value.Task.Id, key) : new Snapshot(made.Value.Task, []);
    }

    private async Task<ApiResult<Made>> MakeAsync(
        HttpContext context, ApiKey key, GenerationOrder order, CallerTry by, IdempotencyClaim? claim, IntentTicket? ticket, OrderIntent? note,
        UploadFolder folder)
    {
        // Who asks again for what is there is answered even while nothing new is taken.
        if (Enter(key) is { } closed) return claim is null ? closed : await FindAsync(key, by, claim) ?? closed;

        // If this throws, nobody knows whether the row exists, and its inputs stay: a row without them would be worse than the reverse.
        folder.Keep();
        var isMade = false;
        try
        {
            var made = await WriteAsync(order, key, baseUrls.Of(context.Request), by, claim, ticket, note);
            if (made.Error is not null || made.Value!.IsReplayed) folder.Drop();
            isMade = made.Value is { IsReplayed: false };
            if (isMade) engine.Add(made.Value!.Task, isCounted: true);
            return made;
        }
        finally
        {
            if (!isMade) engine.Waiting.Remove(key.AccountId);
        }
    }

    private async Task<ApiResult<Made>?> FindAsync(ApiKey key, CallerTry by, IdempotencyClaim claim) =>
        await store.FindIdempotentAsync(key.AccountId, claim, CancellationToken.None) is not { } found ? null
        : found.Task is { } task ? new Made(task, IsReplayed: true)
        : by.Reused();

    private async Task<ApiResult<Snapshot>> ReplayAsync(HttpContext context, string taskId, ApiKey key)
    {
        context.Response.Headers["idempotent-replayed"] = "true";
        return await reader.FindAsync(taskId, key.AccountId) is { } found ? found
            : ApiError.Invalid("idempotency_key_reused", null, $"This order was made before as {taskId}, which has been deleted; a new order needs a new key.");
    }

    // Takes a place among the waiting, which whoever makes no task of it gives back.
    private ApiError? Enter(ApiKey key)
    {
        if (parts.Gate.IsDraining) return new ApiError(503, "shutting_down", "The server is stopping; another try will reach its successor.");
        if (!ownership.HasAny) return new ApiError(503, "not_ready", "The server is starting.");
        return engine.Waiting.TryAdd(key.AccountId) ? null
            : new ApiError(429, "queue_full", "Too many of your videos are waiting already; order again when some have finished.") { RetryAfterSeconds = 10 };
    }

    private async Task<ApiResult<Made>> WriteAsync(
        GenerationOrder order, ApiKey key, string baseUrl, CallerTry by, IdempotencyClaim? claim, IntentTicket? ticket, OrderIntent? note)
    {
        var priced = pricing.Of(order, parts.Catalog.Find(order.CatalogModel ?? order.Model)!.Spec, key.Groups, key.AccountId);
        if (priced.Error is { } unpriced) return unpriced;
        for (var mint = 0; mint < MaxMints; mint++)
        {
            if (NewTask(order, key, baseUrl, priced.Value!) is not { } task) break;
            var fence = ownership.Fence(task.Shard);
            var result = await WriteAsync(task, fence, key.Limits, claim, ticket, note);
            switch (result.Outcome)
            {
                case OperationOutcome.Applied:
                    intents.Written(ticket, task.Id);
                    return new Made(task, IsReplayed: false);
                case OperationOutcome.Replayed:
                    return new Made(result.Task!, IsReplayed: true);
                case OperationOutcome.IdempotencyKeyReused:
                    return by.Reused();
                case OperationOutcome.NotPriced:
                    return Pricing.NotPriced(order.Model);
                case OperationOutcome.InsufficientBalance:
                    return new ApiError(403, "insufficient_user_quota", "The account's balance does not pay for this video.") { ShouldRetry = false };
                case OperationOutcome.LimitReached:
                    return Limiting.LimitErrors.Of(result.Limit!);
                case OperationOutcome.NotOwned:
                    ownership.Lose(task.Shard, fence.Epoch);
                    break;
            }
        }

        return new ApiError(503, "not_ready", "The server lost its place while storing this. Please try again.");
    }

    private async Task<OperationResult> WriteAsync(
        GenerationTask task, ShardFence fence, Limits limits, IdempotencyClaim? claim, IntentTicket? ticket, OrderIntent? note)
    {
        try
        {
            return await committer.WriteAsync(new StoreOperation.Create(fence, task)
            {
                Idempotency = claim, Remembered = note, KeyLimits = limits,
            });
        }
        catch (StoreUnavailableException)
        {
            intents.Unsure(ticket, task.Id);
            throw;
        }
    }

    // Null if this node owns nothing (any more).
    private GenerationTask? NewTask(GenerationOrder order, ApiKey key, string baseUrl, Quote quote)
    {
        var id = ids.Mint();
        for (var tries = 1; !ownership.Owns(TaskIds.ShardOf(id)); tries++)
        {
            if (tries == MaxTries) return null;
            id = ids.Mint();
        }

        return new GenerationTask
        {
            Id = id,
            Shard = TaskIds.ShardOf(id),
            AccountId = key.AccountId,
            KeyId = key.Id,
            Groups = key.Groups,
            Order = order,
            BaseUrl = baseUrl,
            PriceMicros = quote.Micros,
            Price = quote.Price,
            CreatedAt = parts.Now,
        };
    }

    private sealed record Made(GenerationTask Task, bool IsReplayed);
}
