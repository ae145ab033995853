using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Storage;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>From the end of a task to a receiver, over real HTTP.</summary>
public sealed class DeliveryTests
{
    private static readonly Dictionary<string, string?> Quick = new() { ["Reelay:Webhooks:FirstRetrySeconds"] = "0.05" };

    [Fact]
    public async Task The_end_of_an_order_is_told_as_an_event_that_two_public_packages_verify()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (status, secret) = await gateway.SendAsync(HttpMethod.Post, "/v1/webhook_secret/rotate");
        Assert.Equal(200, status);
        var id = await gateway.OrderAsync(body: new { prompt = "a red boat", callback_url = gateway.Inbox("one") });
        var got = Assert.Single(await gateway.DeliveriesAsync("one"));
        var delivered = await gateway.OutcomeAsync(id, "delivered");

        var body = JsonDocument.Parse(got.Text).RootElement;
        Assert.Equal(["id", "created_at", "type", "data", "object"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("event", "video.completed", id), (body.Text("object"), body.Text("type"), body.GetProperty("data").Text("id")));
        Assert.StartsWith("evt_", body.Text("id"), StringComparison.Ordinal);
        Assert.Equal("application/json", got.Headers["content-type"]);
        Assert.Equal(delivered.Text("id"), got.Headers["webhook-id"]);
        var attempt = Assert.Single(delivered.GetProperty("attempts").EnumerateArray());
        Assert.Equal((1, 200), (attempt.GetProperty("number").GetInt32(), attempt.GetProperty("status_code").GetInt32()));

        var (right, encoded) = (secret.Text("signing_secret"), Convert.ToBase64String(got.Body.Span));
        string[] headers = [got.Headers["webhook-id"], got.Headers["webhook-timestamp"], got.Headers["webhook-signature"]];
        var unwrapped = await NodeScripts.RunAsync(gateway, "webhooks-unwrap", [encoded, .. headers, right, "whsec_" + Convert.ToBase64String(new byte[32])]);
        Assert.Equal(body.ToString(), unwrapped.GetProperty("event").ToString());
        Assert.Equal("InvalidWebhookSignatureError", unwrapped.Text("changed"));
        Assert.Equal("InvalidWebhookSignatureError", Assert.Single(unwrapped.GetProperty("others").EnumerateArray()).GetString());
        Assert.True(IsGenuine(right, headers[0], headers[1], headers[2], got.Body.ToArray()));
        Assert.False(IsGenuine(right, headers[0], headers[1], headers[2], [.. got.Body.Span, 32]));
        var standard = await NodeScripts.RunAsync(gateway, "standard-webhooks", [right, encoded, .. headers]);
        Assert.True(standard.GetProperty("real").GetBoolean());
        Assert.False(standard.GetProperty("changed").GetBoolean());
    }

    [Fact]
    public async Task A_failed_and_a_cancelled_order_are_told_as_failed_and_pictures_like_videos()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var failed = await gateway.OrderAsync(body: new { prompt = "[fail:generation]", callback_url = gateway.Inbox("failed") });
        var cancelled = await gateway.OrderAsync(body: new { prompt = "[stuck]", callback_url = gateway.Inbox("cancelled") });
        await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{cancelled}/cancel");
        var picture = await gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = "x", callback_url = gateway.Inbox("picture") });
        foreach (var (name, id, type) in new[] { ("failed", failed, "video.failed"), ("cancelled", cancelled, "video.failed"), ("picture", picture, "video.completed") })
        {
            var body = JsonDocument.Parse(Assert.Single(await gateway.DeliveriesAsync(name)).Text).RootElement;
            Assert.Equal((type, id), (body.Text("type"), body.GetProperty("data").Text("id")));
        }
    }

    [Fact]
    public async Task The_task_itself_comes_in_the_dialect_of_the_key_with_links_of_the_creating_request()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (_, key) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "old", dialects = new[] { "nulls", "pending" } }, admin);
        using var caller = gateway.NewClient(key.Text("secret"));
        var order = new { prompt = "a red boat", metadata = new { shelf = 7 }, callback_url = gateway.Inbox("task"), callback_format = "task" };
        var (_, made) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", order, caller);
        var got = Assert.Single(await gateway.DeliveriesAsync("task"));
        var (_, read) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + made.Text("id"), client: caller);
        Assert.Equal(read.ToString(), got.Text);
        var body = JsonDocument.Parse(got.Text).RootElement;
        Assert.Equal(JsonValueKind.Null, body.GetProperty("error").ValueKind);
        Assert.StartsWith(gateway.BaseUrl.ToString(), body.Text("output_url"), StringComparison.Ordinal);
        Assert.False(body.TryGetProperty("callback_url", out _));
    }

    [Fact]
    public async Task Endpoints_hear_of_the_types_they_asked_for_beside_the_orders_own_address()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var all = await gateway.EndpointAsync(gateway.Inbox("all"));
        await gateway.EndpointAsync(gateway.Inbox("failures"), "video.failed");
        var good = await gateway.OrderAsync(body: new { prompt = "a red boat", callback_url = gateway.Inbox("own") });
        await gateway.LogAsync(good, rows => rows.Count == 2 && rows.TrueForAll(row => row.Text("outcome") == "delivered"));
        var bad = await gateway.OrderAsync("[fail:generation]");
        var rows = await gateway.LogAsync(bad, rows => rows.Count == 2 && rows.TrueForAll(row => row.Text("outcome") == "delivered"));
        Assert.Contains(rows, row => row.Text("webhook_endpoint_id") == all.Text("id"));

        var told = await gateway.DeliveriesAsync("all", 2);
        Assert.Equal([good, bad], told.Select(row => JsonDocument.Parse(row.Text).RootElement.GetProperty("data").Text("id")));
        var failure = Assert.Single(await gateway.DeliveriesAsync("failures"));
        Assert.Equal(told[1].Text, failure.Text);
        Assert.NotEqual(told[1].Headers["webhook-id"], failure.Headers["webhook-id"]);
        Assert.Equal(told[0].Text, Assert.Single(await gateway.DeliveriesAsync("own")).Text);

        // Every receiver has a secret of its own.
        var check = await NodeScripts.RunAsync(
            gateway, "standard-webhooks", all.Text("signing_secret"), Convert.ToBase64String(told[0].Body.Span), told[0].Headers["webhook-id"],
            told[0].Headers["webhook-timestamp"], told[0].Headers["webhook-signature"]);
        Assert.True(check.GetProperty("real").GetBoolean());
    }

    [Fact]
    public async Task A_deleted_task_is_told_to_nobody()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync(body: new { prompt = "[stuck]", callback_url = gateway.Inbox("deleted") });
        await gateway.UntilAsync(id, "in_progress");
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id);
        await gateway.AdminUntilAsync(id, "failed");

        // What comes after it has been told: the worker has looked.
        await gateway.OutcomeAsync(await gateway.OrderAsync(body: new { prompt = "x", callback_url = gateway.Inbox("other") }), "delivered");
        Assert.Empty(gateway.Sandbox.Inbox.Deliveries("deleted"));
        Assert.Equal(0, gateway.Database(database => database.Scalar<long>("SELECT count(*) FROM deliveries WHERE task_id = @id", ("@id", id))));
    }

    [Fact]
    public async Task A_failure_is_tried_again_under_the_same_id_until_it_is_taken()
    {
        var seen = new List<(string Id, int Status)>();
        await using var receiver = await LoopbackServer.StartAsync(context =>
        {
            var status = seen.Count switch { 0 => 500, 1 => 302, 2 => 404, _ => 204 };
            seen.Add((context.Request.Headers["webhook-id"].ToString(), status));
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayHost.StartAsync(Allow(receiver));
        var id = await gateway.OrderAsync(body: new { prompt = "x", callback_url = receiver.Url + "hook" });
        var row = await gateway.OutcomeAsync(id, "delivered");
        Assert.Equal(4, row.GetProperty("attempt_count").GetInt32());
        Assert.Equal(row.Text("id"), Assert.Single(seen.Select(request => request.Id).Distinct()));
        var tries = row.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal([500, 302, 404, 204], tries.Select(attempt => attempt.GetProperty("status_code").GetInt32()));
        Assert.Equal(["status", "redirect", "status", null], tries.Select(attempt => attempt.TryGetProperty("error", out var error) ? error.GetString() : null));

        // Delivered ones can be sent once more, still under that id.
        var (status, again) = await gateway.SendAsync(HttpMethod.Post, $"{Hooks.Log}/{row.Text("id")}/redeliver");
        Assert.Equal((200, row.Text("id")), (status, again.Text("id")));
        await gateway.LogAsync(id, rows => rows[0].GetProperty("attempt_count").GetInt32() == 5 && rows[0].Text("outcome") == "delivered");
        Assert.Equal(row.Text("id"), seen[4].Id);
    }

    [Fact]
    public async Task Retry_after_is_waited_for()
    {
        await using var receiver = await LoopbackServer.StartAsync(context =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "7200");
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayHost.StartAsync(Allow(receiver));
        var id = await gateway.OrderAsync(body: new { prompt = "x", callback_url = receiver.Url + "hook" });
        var row = (await gateway.LogAsync(id, rows => rows is [var only] && only.GetProperty("attempt_count").GetInt32() == 1))[0];
        Assert.Equal("pending", row.Text("outcome"));
        var attempt = row.GetProperty("attempts")[0].GetProperty("started_at").GetInt64();
        Assert.InRange(row.GetProperty("next_attempt_at").GetInt64(), attempt + 7200, attempt + 7200 + 600);
    }

    [Fact]
    public async Task Who_answers_410_hears_nothing_more_until_the_endpoint_is_changed()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var endpoint = await gateway.EndpointAsync(gateway.Inbox("gone", "?status=410"));
        await gateway.OutcomeAsync(await gateway.OrderAsync(), "gone");
        var path = $"{Hooks.Endpoints}/{endpoint.Text("id")}";
        Assert.True((await gateway.SendAsync(HttpMethod.Get, path)).Body.TryGetProperty("disabled_at", out _));
        var unheard = await gateway.OrderAsync();
        await gateway.FinishAsync(unheard);
        Assert.Empty(await gateway.LogAsync(unheard, _ => true));
        var (_, changed) = await gateway.SendAsync(HttpMethod.Post, path, new { url = gateway.Inbox("back") });
        Assert.False(changed.TryGetProperty("disabled_at", out _));
        await gateway.OutcomeAsync(await gateway.OrderAsync(), "delivered");
        Assert.Single(await gateway.DeliveriesAsync("back"));
        Assert.Single(gateway.Sandbox.Inbox.Deliveries("gone"));
    }

    [Fact]
    public async Task A_redirect_to_an_internal_address_is_not_followed()
    {
        await using var canary = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        await using var receiver = await LoopbackServer.StartAsync(context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (307, canary.Url.ToString());
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayHost.StartAsync(Allow(receiver));
        var id = await gateway.OrderAsync(body: new { prompt = "x", callback_url = receiver.Url + "hook" });
        var row = (await gateway.LogAsync(id, rows => rows is [var only] && only.GetProperty("attempt_count").GetInt32() >= 3))[0];
        Assert.All(row.GetProperty("attempts").EnumerateArray(), attempt => Assert.Equal("redirect", attempt.Text("error")));
        Assert.Equal(0, canary.RequestCount);
    }

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_blocked_with_every_connection()
    {
        var dialled = 0;
        await using var gateway = await GatewayHost.StartAsync(Quick, services: services => services.AddSingleton(new CheckedDialer(TimeProvider.System, TimeSpan.FromSeconds(1))
        {
            ResolveAsync = (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.1") }),
            DialAsync = async (address, cancellation) =>
            {
                // The sandbox itself may be dialled: its origin is on the list.
                if (address.Port == 443) Interlocked.Increment(ref dialled);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(address, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        }));
        var id = await gateway.OrderAsync(body: new { prompt = "x", callback_url = "https://rebinding.example.com/hook" });
        var row = (await gateway.LogAsync(id, rows => rows is [var only] && only.GetProperty("attempt_count").GetInt32() >= 1))[0];
        Assert.Equal("blocked_address", row.GetProperty("attempts")[0].Text("error"));
        Assert.Equal(0, dialled);
    }

    // As docs/webhooks.md shows it, but for the clock.
    private static bool IsGenuine(string secret, string id, string timestamp, string signature, byte[] body)
    {
        if (!long.TryParse(timestamp, out var at) || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - at) > 300) return false;
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = HMACSHA256.HashData(key, signed);
        return signature.Split(' ').Any(one => one.StartsWith("v1,", StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(one[3..])));
    }

    private static Dictionary<string, string?> Allow(LoopbackServer receiver) =>
        new(Quick) { ["Reelay:Webhooks:AllowOrigins"] = receiver.Url.GetLeftPart(UriPartial.Authority) };
}
