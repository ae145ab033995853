using Reelay.Server.Accounts;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Engine;
using Reelay.Server.Files;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>From a request to a durable, paid-for task. Nothing here talks to an upstream.</summary>
internal sealed class TaskCreation(
    EngineParts parts, TaskEngine engine, GroupCommitter committer, TaskIds ids, Ownership ownership, BaseUrls baseUrls, OrderIntake intake,
    UploadFolders uploads)
{
    private const int MaxMints = 3;

    // 1: may it be ordered now?  2: what is ordered?  3: insert the task and reserve its price, in one transaction.  4: hand it to the engine.
    public async Task<ApiResult<GenerationTask>> CreateAsync(HttpContext context, ApiKey key, OrderRoute route)
    {
        if (Closed(key) is { } closed) return closed;

        // Inputs get a folder of their own: the task's id is not known yet while they arrive.
        await using var folder = uploads.Begin("inputs");
        var read = await intake.ReadAsync(context, key, route, folder);
        if (read.Error is { } refused) return refused;

        // If this throws, nobody knows whether the row exists, and its inputs stay: a row without them would be worse than the reverse.
        folder.Keep();
        var created = await WriteAsync(read.Value!.ToOrder(), key, baseUrls.Of(context.Request));
        if (created.Error is not null) folder.Drop();
        else engine.Add(created.Value!);
        return created;
    }

    private ApiError? Closed(ApiKey key)
    {
        if (parts.Gate.IsDraining) return new ApiError(503, "shutting_down", "The server is stopping; another try will reach its successor.");
        if (parts.Gate.IsDiskLow) return new ApiError(503, "disk_full", "The server is short of disk space.") { RetryAfterSeconds = 30 };
        if (!ownership.HasAny) return new ApiError(503, "not_ready", "The server is starting.");
        return engine.Waiting.HasRoom(key.AccountId) ? null
            : new ApiError(429, "queue_full", "Too many of your videos are waiting already; order again when some have finished.") { RetryAfterSeconds = 10 };
    }

    private async Task<ApiResult<GenerationTask>> WriteAsync(GenerationOrder order, ApiKey key, string baseUrl)
    {
        var price = Price.For(order, parts.Catalog.Find(order.CatalogModel ?? order.Model)!);
        for (var mint = 0; mint < MaxMints; mint++)
        {
            var task = NewTask(order, key, baseUrl, price);
            var result = await committer.WriteAsync(new StoreOperation.Create(ownership.Fence(task.Shard), task));
            switch (result.Outcome)
            {
                case OperationOutcome.Applied:
                    return task;
                case OperationOutcome.InsufficientBalance:
                    return new ApiError(403, "insufficient_user_quota", "The account's balance does not pay for this video.") { ShouldRetry = false };
                case OperationOutcome.NotOwned:
                    ownership.Lose(task.Shard);
                    break;
            }
        }

        return new ApiError(503, "not_ready", "The server lost its place while storing this. Please try again.");
    }

    private GenerationTask NewTask(GenerationOrder order, ApiKey key, string baseUrl, long price)
    {
        string id;
        do id = ids.Mint();
        while (!ownership.Owns(TaskIds.ShardOf(id)));
        return new GenerationTask
        {
            Id = id,
            Shard = TaskIds.ShardOf(id),
            AccountId = key.AccountId,
            KeyId = key.Id,
            Groups = key.Groups,
            Order = order,
            BaseUrl = baseUrl,
            PriceMicros = price,
            CreatedAt = parts.Now,
        };
    }
}
