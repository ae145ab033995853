using Reelay.Contracts;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>The log of deliveries in the words of the public API, for their account and for operators.</summary>
internal sealed class DeliveryLog(IDeliveryStore store, GroupCommitter committer, WebhookOptions options, TimeProvider time)
{
    /// <summary>A page.</summary>
    /// <param name="request">The request.</param>
    /// <param name="accountId">Whose; null for operators, who may name one in the query.</param>
    public ApiResult<Page<WebhookDelivery>> List(HttpRequest request, string? accountId)
    {
        var read = WebhookQuery.Log(request);
        if (read.Error is { } error) return error;
        var limit = read.Value!.Page.Limit;
        var query = read.Value with
        {
            AccountId = accountId ?? WebhookQuery.Text(request, "account_id"),
            Page = read.Value.Page with { Limit = limit + 1 },
        };
        var rows = limit == 0 ? [] : store.List(query);
        var shown = rows.Take(limit).Select(row => Body(row, accountId is null)).ToList();
        return Page.Of(shown, row => row.Id, rows.Count > limit);
    }

    /// <summary>One delivery.</summary>
    public ApiResult<WebhookDelivery> Find(string id, string? accountId) =>
        store.Find(id, accountId) is { } row ? Body(row, accountId is null) : NotFound(id);

    /// <summary>Has one sent again now, under its id, and tried as long as a new one.</summary>
    public async Task<ApiResult<WebhookDelivery>> RedeliverAsync(string id, string? accountId)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var giveUpAt = now + (long)TimeSpan.FromHours(options.RetryHours).TotalMilliseconds;
        var written = await committer.WriteAsync(new StoreOperation.Deliver(new DeliveryWrite.Redeliver(id, accountId, now, giveUpAt)));
        return written.IsApplied ? Find(id, accountId) : NotFound(id);
    }

    private static ApiError NotFound(string id) =>
        new(404, "webhook_delivery_not_found", $"There is no webhook delivery '{Shown.Value(id)}'.", "id");

    // An address may hold its owner's secrets in path or query; whose receiver it is an operator sees without them.
    private static WebhookDelivery Body(LoggedDelivery row, bool isForOperator) => new()
    {
        Id = row.Id,
        AccountId = isForOperator ? row.AccountId : null,
        TaskId = row.TaskId,
        EventType = row.EventType,
        WebhookEndpointId = row.EndpointId.Length > 0 ? row.EndpointId : null,
        Url = isForOperator ? WebOrigin.Of(new Uri(row.Url)).ToString() : row.Url,
        Format = row.Format,
        Outcome = row.Outcome ?? "pending",
        CreatedAt = row.CreatedAt / 1000,
        NextAttemptAt = row.EndedAt is null ? row.NextAt / 1000 : null,
        EndedAt = row.EndedAt / 1000,
        AttemptCount = row.AttemptCount,
        Attempts = [.. row.Attempts.Select(attempt => new WebhookAttempt(
            attempt.Number, attempt.StartedAt / 1000, attempt.DurationMilliseconds, attempt.StatusCode, attempt.Error))],
    };
}
