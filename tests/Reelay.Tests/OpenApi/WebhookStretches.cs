using Reelay.Server.Storage;
using Reelay.Tests.Files;
using Reelay.Tests.Webhooks;

namespace Reelay.Tests.OpenApi;

/// <summary>Endpoints, secrets and the log of deliveries: what callers do, and what goes wrong.</summary>
internal static class WebhookStretches
{
    private const string Endpoints = "/v1/webhook_endpoints";
    private const string Log = "/v1/webhook_deliveries";

    public static async Task UsualAsync(ApiWalk walk)
    {
        await walk.GetAsync("/v1/webhook_event_types");
        var id = (await walk.PostAsync(Endpoints, New(walk, "usual"))).Text("id");
        foreach (var query in new[] { "", "?limit=0", "?limit=1&order=asc", "?after=" + id }) await walk.GetAsync(Endpoints + query);
        await walk.GetAsync($"{Endpoints}/{id}");
        await walk.PostAsync($"{Endpoints}/{id}", new { name = "yours" });
        await walk.PostAsync($"{Endpoints}/{id}/rotate_secret", new { keep_old_secret_active_for_24_hours = true });
        await walk.PostAsync($"{Endpoints}/{id}/test", new { event_type = "video.failed" });
        await walk.GetAsync("/v1/webhook_secret");
        await walk.PostAsync("/v1/webhook_secret/rotate", new { keep_old_secret_active_for_24_hours = false });
        await walk.PostAsync("/v1/webhook_secret/rotate", new { keep_old_secret_active_for_24_hours = true });
        await walk.GetAsync("/v1/webhook_secret");
        var failing = (await walk.PostAsync(Endpoints, New(walk, "gone?status=410"))).Text("id");
        var task = await walk.FinishAsync(new { prompt = "a red boat", callback_url = walk.Gateway.Inbox("own"), callback_format = "task" });
        await walk.Gateway.LogAsync(task, rows => rows.Count == 3 && rows.TrueForAll(row => row.Text("outcome") != "pending"));
        foreach (var query in new[] { "", "?limit=0", "?task_id=" + task, "?webhook_endpoint_id=" + failing, "?outcome=gone&event_type=video.completed" }) await walk.GetAsync(Log + query);
        var delivery = (await walk.GetAsync($"{Log}?task_id={task}&outcome=delivered")).GetProperty("data")[0].Text("id");
        await walk.GetAsync($"{Log}/{delivery}");
        await walk.PostAsync($"{Log}/{delivery}/redeliver");
        await walk.GetAsync($"{Endpoints}/{failing}");
        foreach (var endpoint in new[] { id, failing }) await walk.DeleteAsync($"{Endpoints}/{endpoint}");
    }

    public static async Task RefusedAsync(ApiWalk walk)
    {
        var id = (await walk.PostAsync(Endpoints, New(walk, "refused?status=500"))).Text("id");
        foreach (var path in new[] { Endpoints, $"{Endpoints}/{id}", $"{Endpoints}/{id}/rotate_secret", $"{Endpoints}/{id}/test", "/v1/webhook_secret/rotate" })
        {
            await walk.PostAsync(path, "{", 400);
            await walk.PostAsync(path, new ApiWalk.ClaimedContent("multipart/form-data; boundary=x"), 413);
        }

        await walk.PostAsync($"{Endpoints}/{id}", new { url = "http://10.0.0.1/" }, 400);
        await walk.PostAsync($"{Endpoints}/{id}/test", status: 400);
        foreach (var query in new[] { "?limit=101", "?order=up", "?after=x" }) await walk.GetAsync(Endpoints + query, 400);
        foreach (var query in new[] { "?limit=x", "?outcome=x", "?event_type=x" }) await walk.GetAsync(Log + query, 400);
        await walk.DeleteAsync($"{Endpoints}/{id}");
    }

    // Comes after the stretch that takes other tables away.
    public static async Task LostTablesAsync(ApiWalk walk)
    {
        foreach (var table in new[] { "webhook_endpoints", "webhook_secrets", "deliveries" })
            walk.Gateway.Database(connection => connection.Execute($"ALTER TABLE {table} RENAME TO lost_{table}"));
        var (endpoint, delivery) = (Endpoints + "/whe_x", Log + "/wh_x");
        foreach (var path in new[] { Endpoints, endpoint, "/v1/webhook_secret", Log, delivery }) await walk.GetAsync(path, 500);
        await walk.PostAsync(Endpoints, New(walk, "lost"), 500);
        foreach (var path in new[] { endpoint, endpoint + "/rotate_secret", endpoint + "/test", "/v1/webhook_secret/rotate" }) await walk.PostAsync(path, status: 500);
        await walk.DeleteAsync(endpoint, 500);
        await walk.PostAsync(delivery + "/redeliver", status: 503);
    }

    private static object New(ApiWalk walk, string inbox) =>
        new { name = "mine", url = walk.Gateway.Inbox(inbox), event_types = new[] { "video.completed", "video.failed" } };
}
