using Reelay.Contracts;
using Reelay.Server.Api;

namespace Reelay.Server.Webhooks;

/// <summary>Sends an endpoint one event of a task that does not exist, while the caller waits. It is not logged and not repeated.</summary>
internal sealed class EndpointTest(WebhookSender sender, WebhookSecretBook secrets, WebhookSubscriptions subscriptions, TimeProvider time)
{
    private const int MaxAtOnce = 8;
    private int _running;

    /// <summary>Sends the event that the body's <c>event_type</c> asks for.</summary>
    public async Task<ApiResult<WebhookEndpointTest>> RunAsync(HttpContext context, StoredEndpoint endpoint)
    {
        var read = await WebhookBodies.ReadAsync(context, "The body must be an object with event_type (text).");
        if (read.Error is { } bad) return bad;
        var type = WebhookBodies.Text(read.Value!.Root, "event_type", out var isThere);
        if (!isThere) type = WebhookEvents.Completed;
        if (EndpointForm.FindStranger(type) is { } stranger) return stranger with { Param = "event_type" };
        try
        {
            // Whoever tests in a loop must not make this server a flood.
            if (Interlocked.Increment(ref _running) > MaxAtOnce)
                return new ApiError(429, "webhook_tests_busy", $"{MaxAtOnce} tests are running on this server; try again in a moment.");
            return await SendAsync(context, endpoint, type!);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<ApiResult<WebhookEndpointTest>> SendAsync(HttpContext context, StoredEndpoint endpoint, string type)
    {
        var body = WebhookEvents.Body(subscriptions.Mint("evt_"), time.GetUtcNow().ToUnixTimeSeconds(), type, subscriptions.Mint("task_"));
        var answer = await sender.PostAsync(endpoint.Url, subscriptions.MintDeliveryId(), body, secrets.Active(endpoint.Id), context.RequestAborted);
        if (answer.IsSuccess) return new WebhookEndpointTest(endpoint.Id, type, answer.StatusCode!.Value);
        var why = answer.StatusCode is { } status ? $"answered {status}" : $"gave no answer ({answer.Error})";
        return ApiError.Invalid("webhook_test_failed", null, $"The endpoint {why}; a delivery needs 200 to 299 within its time.");
    }
}
