namespace Reelay.Server.Api.Dialects;

/// <summary>What can be hidden from a key or from everybody. Their words are the names in snake case.</summary>
[Flags]
public enum Operations
{
    /// <summary>Create, read and content: the protocol itself, never hidden.</summary>
    Core = 0,

    /// <summary><c>GET /v1/videos</c>.</summary>
    List = 1 << 0,

    /// <summary><c>DELETE /v1/videos/{id}</c>.</summary>
    Delete = 1 << 1,

    /// <summary><c>POST /v1/videos/{id}/cancel</c>.</summary>
    Cancel = 1 << 2,

    /// <summary><c>POST /v1/videos/{id}/remix</c>.</summary>
    Remix = 1 << 3,

    /// <summary><c>POST /v1/videos/edits</c>.</summary>
    Edits = 1 << 4,

    /// <summary><c>POST /v1/videos/extensions</c>.</summary>
    Extensions = 1 << 5,

    /// <summary>Everything under <c>/v1/videos/characters</c>.</summary>
    Characters = 1 << 6,

    /// <summary><c>POST /v1/videos/estimate</c>.</summary>
    Estimate = 1 << 7,

    /// <summary><c>GET /v1/videos/{id}/events</c>.</summary>
    Events = 1 << 8,

    /// <summary>The query key <c>wait</c>; hidden, it is ignored like every unknown key.</summary>
    Wait = 1 << 9,

    /// <summary>Everything under <c>/v1/video/generations</c>.</summary>
    Generations = 1 << 10,

    /// <summary>Everything under <c>/v1/models</c>.</summary>
    Models = 1 << 11,

    /// <summary>Everything under <c>/v1/files</c>.</summary>
    Files = 1 << 12,

    /// <summary>Everything under <c>/v1/webhook_endpoints</c>, <c>/v1/webhook_event_types</c>, <c>/v1/webhook_secret</c> and
    /// <c>/v1/webhook_deliveries</c>.</summary>
    WebhookEndpoints = 1 << 13,

    /// <summary><c>GET /v1/usage</c>.</summary>
    Usage = 1 << 14,

    /// <summary><c>GET /v1/balance</c>.</summary>
    Balance = 1 << 15,
}

/// <summary>Says on an endpoint which operation it belongs to.</summary>
internal sealed record Operation(Operations Value);

/// <summary>Puts it there.</summary>
internal static class OperationMapping
{
    /// <summary>Every route under <c>/v1</c> names its operation, so that it can be withheld.</summary>
    public static T As<T>(this T route, Operations operation)
        where T : IEndpointConventionBuilder =>
        route.WithMetadata(new Operation(operation));
}
