using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>What tests of webhooks do again and again: receivers are inboxes of the sandbox.</summary>
internal static class Hooks
{
    public const string Endpoints = "/v1/webhook_endpoints";
    public const string Log = "/v1/webhook_deliveries";

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The address of an inbox.</summary>
    public static string Inbox(this GatewayHost gateway, string name, string query = "") => new Uri(gateway.Sandbox.BaseUrl, $"/_sandbox/inbox/{name}{query}").ToString();

    /// <summary>What an inbox got, once it is so much.</summary>
    public static async Task<IReadOnlyList<InboxDelivery>> DeliveriesAsync(this GatewayHost gateway, string name, int count = 1)
    {
        while (true)
        {
            var got = gateway.Sandbox.Inbox.Deliveries(name);
            if (got.Count >= count) return got;
            await GatewayHost.PauseAsync();
        }
    }

    /// <summary>Makes an endpoint.</summary>
    public static async Task<JsonElement> EndpointAsync(this GatewayHost gateway, string url, params string[] types)
    {
        var (status, body) = await gateway.SendAsync(
            HttpMethod.Post, Endpoints, new { name = "mine", url, event_types = types.Length > 0 ? types : ["video.completed", "video.failed"] });
        Assert.True(status == 200, body.ToString());
        return body;
    }

    /// <summary>The log of a task, once it says what is wanted.</summary>
    public static async Task<List<JsonElement>> LogAsync(this GatewayHost gateway, string task, Predicate<List<JsonElement>> isThere)
    {
        while (true)
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, $"{Log}?task_id={task}");
            Assert.Equal(200, status);
            var rows = body.GetProperty("data").EnumerateArray().ToList();
            if (isThere(rows)) return rows;
            await GatewayHost.PauseAsync();
        }
    }

    /// <summary>The same for the one delivery of a task.</summary>
    public static async Task<JsonElement> OutcomeAsync(this GatewayHost gateway, string task, string outcome) =>
        Assert.Single(await gateway.LogAsync(task, rows => rows.Count == 1 && rows[0].GetProperty("outcome").GetString() == outcome));
}
