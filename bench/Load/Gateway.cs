using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Load;

/// <summary>A Reelay server under test, and what a caller does with it.</summary>
internal static class Gateway
{
    /// <summary>The sandbox's well-known key; sent to the references too, so that requests are equal.</summary>
    public const string Secret = "sk-reelay-sandbox";

    /// <summary>The order that every create sends.</summary>
    public const string Order =
        """{"model":"sora-2","prompt":"A calm lake at sunrise with a small red boat drifting, cinematic 35mm","seconds":"4","size":"1280x720"}""";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRender = TimeSpan.FromSeconds(60);

    /// <summary>Starts the server on a data folder.</summary>
    /// <param name="upstream">Address of an upstream, or null for a channel that has no slot: its orders stay queued.</param>
    /// <param name="settings">Further settings as environment variables.</param>
    /// <param name="more">More of them.</param>
    /// <param name="callsBack">Whether upstreams are asked to call back.</param>
    /// <param name="log">Where it prints to; by default one file for all servers, each in the place of the one before.</param>
    public static Task<ServerProcess> StartAsync(
        Workplace workplace, string data, string? upstream = null, IReadOnlyDictionary<string, string>? settings = null,
        IReadOnlyDictionary<string, string>? more = null, bool callsBack = false, string? log = null)
    {
        var port = Workplace.FreePort();
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["REELAY_DATA"] = data,
            ["Reelay__Sandbox__Enabled"] = "true",

            // The default of 10,000 waiting tasks per account would end a create run within a second.
            ["Reelay__Engine__MaxWaitingPerAccount"] = "10000000",
            ["Reelay__Engine__MaxWaiting"] = "10000000",
        };
        if (upstream is null) environment["Reelay__Channels__sandbox_openai__MaxInFlight"] = "0";
        else environment["Reelay__Channels__sandbox_openai__BaseUrl"] = upstream + "/v1";
        if (callsBack) environment["Reelay__PublicUrl"] = environment["ASPNETCORE_URLS"];
        foreach (var (name, value) in (settings ?? new Dictionary<string, string>()).Concat(more ?? new Dictionary<string, string>())) environment[name] = value;
        return ServerProcess.StartAsync(workplace.Program("Server"), [], port, environment, log ?? workplace.PathOf("server.log"));
    }

    /// <summary>The same, and waits until it takes orders: a node of several waits for shards first.</summary>
    public static async Task<ServerProcess> StartReadyAsync(
        Workplace workplace, string data, IReadOnlyDictionary<string, string>? settings = null, IReadOnlyDictionary<string, string>? more = null, string? log = null)
    {
        var server = await StartAsync(workplace, data, null, settings, more, log: log);
        using var client = NewClient(server.BaseUrl);
        for (var since = TimeProvider.System.GetTimestamp(); ;)
        {
            using (var response = await client.GetAsync("/readyz"))
            {
                if (response.IsSuccessStatusCode) return server;
                if (TimeProvider.System.GetElapsedTime(since) > LongestRender) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
            }

            await Task.Delay(Look, TimeProvider.System);
        }
    }

    /// <summary>Orders a video.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> OrderAsync(string baseUrl)
    {
        using var client = NewClient(baseUrl);
        using var content = new StringContent(Order, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/videos", content);
        return (string)(await ReadAsync(response))["id"]!;
    }

    /// <summary>Orders a video with a prompt.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> OrderAsync(HttpClient client, string prompt)
    {
        var body = new JsonObject { ["model"] = "sora-2", ["prompt"] = prompt, ["seconds"] = "4" };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/videos", content);
        return (string)(await ReadAsync(response))["id"]!;
    }

    /// <summary>Orders a video and waits until it is stored.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> RenderAsync(string baseUrl)
    {
        var id = await OrderAsync(baseUrl);
        using var client = NewClient(baseUrl);
        using var limit = new CancellationTokenSource(LongestRender, TimeProvider.System);
        while (true)
        {
            using var response = await client.GetAsync("/v1/videos/" + id, limit.Token);
            var video = await ReadAsync(response);
            if ((string?)video["status"] == "completed") return id;
            if ((string?)video["status"] == "failed") throw new InvalidOperationException("The video failed: " + video);
            await Task.Delay(Look, TimeProvider.System, limit.Token);
        }
    }

    /// <summary>A client with the key.</summary>
    public static HttpClient NewClient(string baseUrl)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(baseUrl) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secret);
        return client;
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)!.AsObject() : throw new InvalidOperationException(text);
    }
}
