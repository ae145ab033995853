using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Webhooks;

/// <summary>The endpoints that an account manages, on OpenAI's routes.</summary>
internal sealed class EndpointRoutes(
    Authentication authentication, IWebhookEndpointStore store, WebhookSecretBook secrets, WebhookSubscriptions subscriptions, WebhookUrls urls,
    WebhookOptions options, EndpointTest test, TimeProvider time)
{
    private const string Root = "/v1/webhook_endpoints";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, CreateAsync).As(Operations.WebhookEndpoints);
        routes.MapGet(Root, ListAsync).As(Operations.WebhookEndpoints);
        routes.MapGet(Root + "/{id}", ReadAsync).As(Operations.WebhookEndpoints);
        routes.MapPost(Root + "/{id}", UpdateAsync).As(Operations.WebhookEndpoints);
        routes.MapDelete(Root + "/{id}", DeleteAsync).As(Operations.WebhookEndpoints);
        routes.MapPost(Root + "/{id}/rotate_secret", RotateAsync).As(Operations.WebhookEndpoints);
        routes.MapPost(Root + "/{id}/test", TestAsync).As(Operations.WebhookEndpoints);
        routes.MapGet("/v1/webhook_event_types", ListTypesAsync).As(Operations.WebhookEndpoints);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var form = key.Error is { } refused ? refused : await EndpointForm.ReadAsync(context, urls, isWhole: true);
        if (form.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var endpoint = new StoredEndpoint
        {
            Id = subscriptions.MintEndpointId(), AccountId = key.Value!.AccountId, Name = form.Value!.Name!, Url = form.Value.Url!,
            EventTypes = form.Value.EventTypes!, CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        if (!store.Insert(endpoint, options.MaxEndpoints))
        {
            await ErrorWriter.WriteAsync(context, ApiError.Invalid(
                "too_many_webhook_endpoints", null, $"An account has at most {options.MaxEndpoints} endpoints; delete one first."));
            return;
        }

        var secret = secrets.Issue(endpoint.Id, keepsOld: false);
        subscriptions.Forget(endpoint.AccountId);
        await WriteAsync(context, endpoint, secret);
    }

    private Task ListAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var page = key.Error is { } refused ? refused : WebhookQuery.Page(context.Request, StoredEndpoint.Prefix);
        if (page.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var limit = page.Value!.Limit;
        var rows = limit == 0 ? [] : store.List(key.Value!.AccountId, page.Value with { Limit = limit + 1 });
        var shown = rows.Take(limit).Select(row => Body(row, null)).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(shown, row => row.Id, rows.Count > limit), ContractsJson.Default.PageWebhookEndpoint);
    }

    private Task ReadAsync(HttpContext context)
    {
        var found = Find(context);
        return found.Error is { } error ? ErrorWriter.WriteAsync(context, error) : WriteAsync(context, found.Value!, null);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var found = Find(context);
        var form = found.Error is { } missing ? missing : await EndpointForm.ReadAsync(context, urls, isWhole: false);
        if (form.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var before = found.Value!;
        var after = before with
        {
            Name = form.Value!.Name ?? before.Name,
            Url = form.Value.Url ?? before.Url,
            EventTypes = form.Value.EventTypes ?? before.EventTypes,
            UpdatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            DisabledAt = null,
        };
        var isThere = store.Update(after);
        subscriptions.Forget(after.AccountId);
        subscriptions.Signal.Set();
        if (isThere) await WriteAsync(context, after, null);
        else await ErrorWriter.WriteAsync(context, NotFound(after.Id));
    }

    private Task DeleteAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var id = VideoEndpoints.RouteId(context);
        if (!store.Delete(key.Value!.AccountId, id, time.GetUtcNow().ToUnixTimeMilliseconds())) return ErrorWriter.WriteAsync(context, NotFound(id));
        subscriptions.Forget(key.Value.AccountId);
        return JsonAnswer.WriteAsync(context, new DeletedWebhookEndpoint(id), ContractsJson.Default.DeletedWebhookEndpoint);
    }

    private async Task RotateAsync(HttpContext context)
    {
        var found = Find(context);
        var keepsOld = found.Error is { } missing ? missing : await WebhookBodies.ReadKeepOldAsync(context);
        if (keepsOld.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await WriteAsync(context, found.Value!, secrets.Issue(found.Value!.Id, keepsOld.Value!.Value));
    }

    private async Task TestAsync(HttpContext context)
    {
        var found = Find(context);
        var tested = found.Error is { } missing ? missing : await test.RunAsync(context, found.Value!);
        if (tested.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, tested.Value!, ContractsJson.Default.WebhookEndpointTest);
    }

    private Task ListTypesAsync(HttpContext context) => authentication.Authenticate(context).Error is { } error
        ? ErrorWriter.WriteAsync(context, error)
        : JsonAnswer.WriteAsync(context, new WebhookEventTypes(WebhookEvents.Types), ContractsJson.Default.WebhookEventTypes);

    private ApiResult<StoredEndpoint> Find(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused) return refused;
        var id = VideoEndpoints.RouteId(context);
        return store.Find(key.Value!.AccountId, id) is { } found ? found : NotFound(id);
    }

    private static ApiError NotFound(string id) =>
        new(404, "webhook_endpoint_not_found", $"There is no webhook endpoint '{Shown.Value(id)}'.", "id");

    private Task WriteAsync(HttpContext context, StoredEndpoint endpoint, string? secret) =>
        JsonAnswer.WriteAsync(context, Body(endpoint, secret), ContractsJson.Default.WebhookEndpoint);

    private WebhookEndpoint Body(StoredEndpoint endpoint, string? secret) => new()
    {
        Id = endpoint.Id,
        Name = endpoint.Name,
        Url = endpoint.Url,
        EventTypes = endpoint.EventTypes,
        CreatedAt = endpoint.CreatedAt / 1000,
        UpdatedAt = endpoint.UpdatedAt / 1000,
        DisabledAt = endpoint.DisabledAt / 1000,
        SigningSecretHint = secrets.Newest(endpoint.Id)?.Hint,
        SigningSecret = secret,
    };
}
