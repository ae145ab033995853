using Reelay.Server.Assets.Links;
using Reelay.Server.Storage;
using Reelay.Tests.Accounts;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>What goes wrong on every route of its kind: bodies, keys, money, room, and tables that are lost.</summary>
internal static class RefusedStretches
{
    private const string Unknown = UsualStretches.Unknown;

    // Every operation with a body: nothing that it reads, too much, and what cannot be read. Every other one: an id of nobody's.
    public static async Task RefusedAsync(ApiWalk walk)
    {
        foreach (var (method, path) in Operations(walk))
        {
            var isOrder = path.EndsWith("/remix", StringComparison.Ordinal) || !path.Contains(Unknown);
            if (IsWebhooks(path) && !path.Contains(Unknown)) continue;
            if (path.StartsWith("/v1/inputs", StringComparison.Ordinal)) continue;
            if (method == HttpMethod.Post && isOrder)
            {
                await walk.PostAsync(path, "{", 400);
                await walk.PostAsync(path, ApiWalk.Text("a,b", "text/csv"), path == "/v1/files" ? 400 : 415);
                await walk.PostAsync(path, new ApiWalk.ClaimedContent("multipart/form-data; boundary=x"), 413);
                if (path is not ("/v1/files" or "/v1/videos/characters")) await walk.PostAsync(path, new { prompt = "x", model = "nope" }, 404);
            }
            else if (path.Contains(Unknown))
            {
                await walk.SendAsync(method, path, 404);
            }
        }
    }

    public static async Task NobodyAsync(ApiWalk walk)
    {
        using var stranger = walk.Gateway.NewClient("sk-unknown");
        foreach (var (method, path) in Operations(walk))
        {
            var isInput = path.StartsWith("/v1/inputs", StringComparison.Ordinal);
            foreach (var client in new[] { walk.Nobody, stranger }) await walk.SendAsync(method, path, isInput ? 403 : 401, client: client);
        }
    }

    // Every operation with a key that may do none of them, and with one that has made its requests of the minute.
    public static async Task LimitedAsync(ApiWalk walk)
    {
        var (_, scopeless) = await walk.Gateway.KeyAsync(new { name = "operator", scopes = new[] { "admin" } });
        var (_, hasty) = await walk.Gateway.KeyAsync(new { name = "hasty", requests_per_minute = 1 });
        using (scopeless)
        using (hasty)
        {
            foreach (var (method, path) in Operations(walk))
            {
                await walk.SendAsync(method, path, 403, client: scopeless);
                if (path.StartsWith("/v1/inputs", StringComparison.Ordinal)) continue;
                while (true)
                {
                    using var request = new HttpRequestMessage(method, path);
                    using var response = await hasty.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                    if ((int)response.StatusCode == 429) break;
                }
            }
        }
    }

    public static async Task PoorAsync(ApiWalk walk)
    {
        var id = await walk.FinishAsync(new { prompt = "a red boat" });
        walk.Gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0, balance_micros = reserved_micros"));
        foreach (var path in Orders(walk)) await walk.PostAsync(path.Replace(Unknown, id), path.Contains("/edits") || path.Contains("/ext") ? new { prompt = "x", video = new { id } } : new { prompt = "x" }, 403);
    }

    public static async Task FullAsync(ApiWalk walk)
    {
        var id = await walk.FinishAsync(new { prompt = "a red boat" });
        await walk.Gateway.AdminUntilAsync((await walk.PostAsync("/v1/videos", new { prompt = "[stuck] holds the one slot" })).Text("id"), "submitted");
        while (walk.Gateway.Services.GetRequiredService<Server.Engine.TaskEngine>().Waiting.HasRoom("acct_sandbox")) await walk.PostAsync("/v1/videos", new { prompt = "y" });
        foreach (var path in Orders(walk)) await walk.PostAsync(path.Replace(Unknown, id), path.Contains("/edits") || path.Contains("/ext") ? new { prompt = "x", video = new { id } } : new { prompt = "x" }, 429);
    }

    public static async Task ShortOfDiskAsync(ApiWalk walk)
    {
        while (!walk.Gateway.Services.GetRequiredService<Server.Engine.EngineGate>().IsDiskLow) await GatewayHost.PauseAsync();
        foreach (var (method, path) in Operations(walk).Where(operation => operation.Method == HttpMethod.Post && operation.Path != "/v1/videos/estimate" && !IsWebhooks(operation.Path)))
        {
            if (!path.EndsWith("/cancel", StringComparison.Ordinal)) await walk.PostAsync(path, new { prompt = "x" }, 503);
        }
    }

    // A mistake that is ours: reads say 500. What cannot be written is 503.
    public static async Task LostTablesAsync(ApiWalk walk)
    {
        var file = (await walk.Gateway.UploadAsync()).Text("id");
        var signer = walk.Gateway.Services.GetRequiredService<LinkSigner>();
        foreach (var table in new[] { "files", "characters", "tasks" }) walk.Gateway.Database(connection => connection.Execute($"ALTER TABLE {table} RENAME TO lost_{table}"));
        foreach (var (method, path) in Operations(walk).Where(operation => operation.Method == HttpMethod.Get || operation.Method == HttpMethod.Head))
        {
            if (path.StartsWith("/v1/models", StringComparison.Ordinal) || path == "/v1/balance" || IsWebhooks(path)) continue;
            await walk.SendAsync(method, path.StartsWith("/v1/inputs", StringComparison.Ordinal) ? signer.InputLink("", Unknown, 0) : path, 500);
        }

        foreach (var path in Orders(walk).Append("/v1/videos/estimate"))
        {
            await walk.PostAsync(path, new { prompt = "x", video = new { id = Unknown } }, 500);
        }

        await walk.DeleteAsync("/v1/videos/" + Unknown, 503);
        await walk.PostAsync($"/v1/videos/{Unknown}/cancel", status: 503);
        await walk.DeleteAsync("/v1/files/" + file, 503);
    }

    // They have stretches of their own.
    private static bool IsWebhooks(string path) => path.StartsWith("/v1/webhook_", StringComparison.Ordinal);

    private static List<string> Orders(ApiWalk walk) =>
        [.. Operations(walk).Where(operation => operation.Method == HttpMethod.Post).Select(operation => operation.Path).Where(path =>
            path is "/v1/videos" or "/v1/video/generations" or "/v1/videos/edits" or "/v1/videos/extensions" || path.EndsWith("/remix", StringComparison.Ordinal))];

    private static List<(HttpMethod Method, string Path)> Operations(ApiWalk walk) => [.. walk.Gateway.Services.GetRequiredService<EndpointDataSource>()
        .Endpoints.OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
        .SelectMany(
            route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods,
            (route, method) => (new HttpMethod(method), route.RoutePattern.RawText!.Replace("{id}", Unknown).Replace("{task}", Unknown).Replace("{position}", "0")))];
}
