using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>A receiver of webhooks for demos and tests.</summary>
internal static class InboxEndpoints
{
    /// <summary>Maps <c>/_sandbox/inbox/{name}</c>.</summary>
    public static void MapInbox(this IEndpointRouteBuilder routes)
    {
        const string path = "/_sandbox/inbox/{name}";
        routes.MapPost(path, ReceiveAsync);
        routes.MapGet(path, (string name, Inbox inbox) => Results.Text(JsonText.Of(List(name, inbox)), "application/json"));
        routes.MapDelete(path, (string name, Inbox inbox) =>
        {
            inbox.Clear(name);
            return Results.Text(JsonText.Of(List(name, inbox)), "application/json");
        });
    }

    private static async Task<IResult> ReceiveAsync(string name, HttpRequest request, SandboxCore sandbox, Inbox inbox)
    {
        // ?status=500 in the address of an endpoint lets every delivery fail, to watch it being repeated.
        int status = StatusCodes.Status200OK;
        if (request.Query.TryGetValue("status", out var asked)
            && (!int.TryParse(asked, NumberStyles.None, null, out status) || status is < 200 or > 599))
            return ControlEndpoints.Refuse("status", "status must be 200 to 599.");
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is int count and > 0)
        {
            if (body.Length + count > Inbox.MaxBodyBytes)
                return ControlEndpoints.Refuse("body", $"a delivery may have at most {Inbox.MaxBodyBytes} bytes.");
            body.Write(buffer, 0, count);
        }

        Dictionary<string, string> headers = request.Headers.ToDictionary(
            header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        return inbox.Add(name, new InboxDelivery(sandbox.Time.GetUtcNow(), headers, body.ToArray(), status))
            ? Results.Text(new JsonObject { ["received"] = true }.ToJsonString(), "application/json", statusCode: status)
            : ControlEndpoints.Refuse("name", $"there are {Inbox.MaxInboxes} inboxes already; POST /_sandbox/reset removes them.");
    }

    private static JsonObject List(string name, Inbox inbox) => new()
    {
        ["data"] = new JsonArray([.. inbox.Deliveries(name).Select(delivery => new JsonObject
        {
            ["time"] = delivery.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["status"] = delivery.Status,
            ["headers"] = new JsonObject(delivery.Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value))),
            ["body"] = delivery.Text,
        })]),
    };
}
