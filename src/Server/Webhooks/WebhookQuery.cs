using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>Reads the queries of lists.</summary>
internal static class WebhookQuery
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int MaxIdLength = 64;
    private static readonly string[] Outcomes = ["pending", "delivered", "failed", "gone", "withdrawn"];

    /// <summary><c>limit</c>, <c>order</c> and <c>after</c>; one row more than asked tells whether there are more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="prefix">What the ids of the list begin with.</param>
    public static ApiResult<WebhookPage> Page(HttpRequest request, string prefix)
    {
        var limit = DefaultLimit;
        if ((string?)request.Query["limit"] is { } text && (!int.TryParse(text, out limit) || limit is < 0 or > MaxLimit))
            return ApiError.Invalid("invalid_limit", "limit", $"limit must be a whole number from 0 to {MaxLimit}, not '{Shown.Value(text)}'.");
        var order = (string?)request.Query["order"] ?? "desc";
        if (order is not ("asc" or "desc")) return ApiError.Invalid("invalid_order", "order", $"order must be 'asc' or 'desc', not '{Shown.Value(order)}'.");
        var after = (string?)request.Query["after"] is { Length: > 0 } cursor ? cursor : null;
        if (after is not null && (after.Length > MaxIdLength || !after.StartsWith(prefix, StringComparison.Ordinal)))
            return ApiError.Invalid("invalid_after", "after", $"after must be the last_id of the page before, not '{Shown.Value(after)}'.");
        return new WebhookPage(limit, order == "desc", after);
    }

    /// <summary>The query of the log, of everybody's deliveries.</summary>
    public static ApiResult<DeliveryQuery> Log(HttpRequest request)
    {
        var page = Page(request, "wh_");
        if (page.Error is { } error) return error;
        if (Text(request, "outcome") is { } outcome && !Outcomes.Contains(outcome))
            return ApiError.Invalid("invalid_outcome", "outcome", $"outcome can be {string.Join(", ", Outcomes)}, not '{Shown.Value(outcome)}'.");
        if (Text(request, "event_type") is { } type && !WebhookEvents.Types.Contains(type))
            return ApiError.Invalid("invalid_event_types", "event_type", $"event_type can be {string.Join(", ", WebhookEvents.Types)}, not '{Shown.Value(type)}'.");
        return new DeliveryQuery(page.Value!)
        {
            Outcome = Text(request, "outcome"),
            EventType = Text(request, "event_type"),
            EndpointId = Text(request, "webhook_endpoint_id"),
            TaskId = Text(request, "task_id") is { } task ? TaskIds.Normalize(task) ?? task : null,
        };
    }

    /// <summary>A key of the query, or null if it is absent or empty.</summary>
    public static string? Text(HttpRequest request, string name) => (string?)request.Query[name] is { Length: > 0 } text ? text : null;
}
