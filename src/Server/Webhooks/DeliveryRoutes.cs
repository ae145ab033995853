using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;

namespace Reelay.Server.Webhooks;

/// <summary>The log of deliveries: an account's own under <c>/v1</c>, everybody's under <c>/admin/v1</c>.</summary>
internal sealed class DeliveryRoutes(Authentication authentication, DeliveryLog log)
{
    private const string Own = "/v1/webhook_deliveries";
    private const string All = "/admin/v1/webhook_deliveries";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Own, context => ListAsync(context, Caller(context))).As(Operations.WebhookEndpoints);
        routes.MapGet(Own + "/{id}", context => ReadAsync(context, Caller(context))).As(Operations.WebhookEndpoints);
        routes.MapPost(Own + "/{id}/redeliver", context => RedeliverAsync(context, Caller(context))).As(Operations.WebhookEndpoints);
        routes.MapGet(All, context => ListAsync(context, Operator(context)));
        routes.MapGet(All + "/{id}", context => ReadAsync(context, Operator(context)));
        routes.MapPost(All + "/{id}/redeliver", context => RedeliverAsync(context, Operator(context))).WithMetadata(new AuditedFields());
    }

    private static Task WriteAsync(HttpContext context, ApiResult<WebhookDelivery> result) => result.Error is { } error
        ? ErrorWriter.WriteAsync(context, error)
        : JsonAnswer.WriteAsync(context, result.Value!, ContractsJson.Default.WebhookDelivery);

    private Reader Caller(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        return new Reader(key.Error, key.Value?.AccountId);
    }

    private Reader Operator(HttpContext context) => new(authentication.AuthenticateAdmin(context).Error, null);

    private Task ListAsync(HttpContext context, Reader reader)
    {
        var page = reader.Refusal is { } refused ? refused : log.List(context.Request, reader.AccountId);
        return page.Error is { } error ? ErrorWriter.WriteAsync(context, error)
            : JsonAnswer.WriteAsync(context, page.Value!, ContractsJson.Default.PageWebhookDelivery);
    }

    private Task ReadAsync(HttpContext context, Reader reader) =>
        WriteAsync(context, reader.Refusal is { } refused ? refused : log.Find(VideoEndpoints.RouteId(context), reader.AccountId));

    private async Task RedeliverAsync(HttpContext context, Reader reader) => await WriteAsync(
        context, reader.Refusal is { } refused ? refused : await log.RedeliverAsync(VideoEndpoints.RouteId(context), reader.AccountId));

    /// <summary>Whose rows may be seen: one account's, or all (null) if there is no refusal.</summary>
    private readonly record struct Reader(ApiError? Refusal, string? AccountId);
}
