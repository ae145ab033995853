using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;

namespace Reelay.Server.Webhooks;

/// <summary>The secret of an account, for the <c>callback_url</c> of its orders.</summary>
internal sealed class SecretRoutes(Authentication authentication, WebhookSecretBook secrets)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/webhook_secret", ReadAsync).As(Operations.WebhookEndpoints);
        routes.MapPost("/v1/webhook_secret/rotate", RotateAsync).As(Operations.WebhookEndpoints);
    }

    private Task ReadAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        return key.Error is { } error ? ErrorWriter.WriteAsync(context, error) : WriteAsync(context, key.Value!.AccountId, null);
    }

    private async Task RotateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var keepsOld = key.Error is { } refused ? refused : await WebhookBodies.ReadKeepOldAsync(context);
        if (keepsOld.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await WriteAsync(context, key.Value!.AccountId, secrets.Issue(key.Value.AccountId, keepsOld.Value!.Value));
    }

    private Task WriteAsync(HttpContext context, string accountId, string? secret)
    {
        var newest = secrets.Newest(accountId);
        var body = new WebhookSecret
        {
            SigningSecretHint = newest?.Hint,
            CreatedAt = newest?.CreatedAt / 1000,
            PreviousExpiresAt = secrets.Previous(accountId)?.ExpiresAt / 1000,
            SigningSecret = secret,
        };
        return JsonAnswer.WriteAsync(context, body, ContractsJson.Default.WebhookSecret);
    }
}
