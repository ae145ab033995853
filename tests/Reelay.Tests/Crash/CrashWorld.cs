using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Crash;

/// <summary>
/// The server and the sandbox as two processes with a folder each: the server dies and comes back, the sandbox stays and remembers what
/// really reached it.
/// </summary>
internal sealed class CrashWorld : IAsyncDisposable
{
    private static readonly (string Channel, string Path)[] SandboxPaths =
        [("sandbox_openai", "/openai/v1"), ("sandbox_openai_images", "/openai-images/v1"), ("sandbox_kling", "/kling")];

    private readonly string root = Directory.CreateTempSubdirectory("reelay-crash-").FullName;
    private readonly Dictionary<string, string> settings;
    private readonly int port = ServerProcess.FreePort();
    private readonly ServerProcess sandbox;
    private readonly HttpClient sandboxClient;

    private CrashWorld(double jobSeconds, Dictionary<string, string>? more)
    {
        var sandboxPort = ServerProcess.FreePort();
        var duration = jobSeconds.ToString(CultureInfo.InvariantCulture);
        Client = NewClient(port);
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-reelay-sandbox");
        sandboxClient = NewClient(sandboxPort);
        settings = new Dictionary<string, string>
        {
            ["REELAY_DATA"] = Folder,
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Reelay__Sandbox__Enabled"] = "true",
            ["Reelay__Sandbox__Port"] = sandboxPort.ToString(),
            ["Reelay__Sandbox__Duration"] = duration,

            // What hangs, or was open when the server was killed, is waited for as long; what does not hang must never take as long.
            ["Reelay__Channels__sandbox_openai__CallSeconds"] = "5",
            ["Reelay__MinFreeDisk"] = "0",
        };
        foreach (var (name, value) in more ?? []) settings[name] = value;
        sandbox = ServerProcess.Start("Reelay.Simulators", new Dictionary<string, string>
        {
            ["REELAY_DATA"] = Path.Combine(root, "sandbox"),
            ["Reelay__Sandbox__Port"] = sandboxPort.ToString(),
            ["Reelay__Sandbox__Duration"] = duration,
            ["Reelay__Sandbox__Render"] = "standin",
        });
    }

    /// <summary>The server's folder.</summary>
    public string Folder => Path.Combine(root, "server");

    /// <summary>Stands before the sandbox if the world was started so.</summary>
    public HeldUpstream? Upstream { get; private set; }

    /// <summary>The way to the sandbox, if the world was started so: closed, nobody listens there.</summary>
    public ClosableWay? Way { get; private set; }

    /// <summary>Where the server listens.</summary>
    public Uri Url => Client.BaseAddress!;

    /// <summary>Sends to the server with the sandbox's key. A dead server is an <see cref="HttpRequestException"/>.</summary>
    public HttpClient Client { get; }

    /// <summary>The server as it runs now, or ran last.</summary>
    public ServerProcess Server { get; private set; } = null!;

    /// <summary>Starts the sandbox, and the server on a new folder.</summary>
    /// <param name="jobSeconds">What a job takes.</param>
    /// <param name="settings">More settings of the server.</param>
    /// <param name="isHeld">Whether answers of the sandbox can be kept back, by <see cref="Upstream"/>.</param>
    /// <param name="canBeCut">Whether the sandbox can be made to refuse connections, by <see cref="Way"/>.</param>
    public static async Task<CrashWorld> StartAsync(
        double jobSeconds = 0.3, Dictionary<string, string>? settings = null, bool isHeld = false, bool canBeCut = false)
    {
        var world = new CrashWorld(jobSeconds, settings);
        try
        {
            await world.sandbox.AwaitReadyAsync(world.sandboxClient, "/_sandbox/health");
            if (isHeld)
            {
                world.Upstream = await HeldUpstream.StartAsync(world.sandboxClient.BaseAddress!);
                world.settings["Reelay__Channels__sandbox_openai__BaseUrl"] = new Uri(world.Upstream.BaseUrl, "/openai/v1").ToString();
            }

            if (canBeCut)
            {
                world.Way = new ClosableWay(world.sandboxClient.BaseAddress!.Port);
                foreach (var (channel, path) in SandboxPaths) world.settings[$"Reelay__Channels__{channel}__BaseUrl"] = $"http://127.0.0.1:{world.Way.Port}{path}";
            }

            world.Launch();
            await world.AwaitReadyAsync();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server and does not wait for it.</summary>
    /// <param name="changed">Settings of this start only.</param>
    public void Launch(params (string Name, string Value)[] changed) => Server = LaunchAnother(changed);

    /// <summary>Starts one more server process with the same settings; the caller disposes it.</summary>
    public ServerProcess LaunchAnother(params (string Name, string Value)[] changed)
    {
        var all = new Dictionary<string, string>(settings);
        foreach (var (name, value) in changed) all[name] = value;
        return ServerProcess.Start("Reelay.Server", all);
    }

    public Task AwaitReadyAsync() => Server.AwaitReadyAsync(Client, "/readyz");

    /// <summary>Kills the server and starts it again.</summary>
    public async Task RestartAsync(params (string Name, string Value)[] changed)
    {
        await Server.KillAsync();
        Launch(changed);
        await AwaitReadyAsync();
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public async Task<string> OrderAsync(string prompt)
    {
        var (status, video) = await SendAsync(HttpMethod.Post, "/v1/videos", new { prompt });
        Assert.Equal(200, status);
        return video.GetProperty("id").GetString()!;
    }

    /// <summary>Polls until the video is terminal.</summary>
    public async Task<JsonElement> FinishAsync(string id)
    {
        while (true)
        {
            var (status, video) = await SendAsync(HttpMethod.Get, "/v1/videos/" + id);
            Assert.Equal(200, status);
            if (video.GetProperty("status").GetString() is "completed" or "failed") return video;
            await PauseAsync(30);
        }
    }

    /// <summary>Every create call that reached the sandbox.</summary>
    public async Task<List<Reached>> SubmissionsAsync(string? prompt = null)
    {
        var query = prompt is null ? "" : "?prompt=" + Uri.EscapeDataString(prompt);
        var body = await sandboxClient.GetFromJsonAsync<JsonElement>(
            "/_sandbox/submissions" + query, TestContext.Current.CancellationToken);
        return
        [
            .. body.GetProperty("data").EnumerateArray().Select(row => new Reached(
                row.GetProperty("prompt").GetString() ?? "",
                row.GetProperty("accepted").GetBoolean(),
                row.GetProperty("upstream_id").GetString())),
        ];
    }

    /// <summary>Lets a call of the sandbox go wrong.</summary>
    public Task AddFaultAsync(string call, string fault, int count) => AddFaultAsync(new { provider = "openai", call, fault, count });

    /// <summary>The same with any rule of the sandbox.</summary>
    public async Task AddFaultAsync(object rule)
    {
        using var response = await sandboxClient.PostAsJsonAsync("/_sandbox/faults", rule, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Rules of the sandbox that are still to be used.</summary>
    public async Task<int> CountFaultsAsync() =>
        (await sandboxClient.GetFromJsonAsync<JsonElement>("/_sandbox/faults", TestContext.Current.CancellationToken)).GetProperty("data").GetArrayLength();

    /// <summary>Stops the server as an operator would, and checks that it went in good order.</summary>
    public async Task StopAsync()
    {
        await Server.TerminateAsync();
        var code = await Server.ExitAsync();
        Assert.True(code == 0, $"The server ended with {code}:\n{Server.Output}");
        Assert.False(Server.Output.Contains("fail:", StringComparison.Ordinal), Server.Output);
    }

    public static Task PauseAsync(int milliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        if (Upstream is not null) await Upstream.DisposeAsync();
        if (Way is not null) await Way.DisposeAsync();
        await sandbox.DisposeAsync();
        Client.Dispose();
        sandboxClient.Dispose();
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Texts out of the server's database, read beside it.</summary>
    public List<string> Query(string sql, string id)
    {
        Reelay.Storage.SqliteLibrary.Init();
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "reelay.db")};Pooling=False");
        connection.Open();
        return connection.Query(row => row.GetString(0), sql, ("@id", id));
    }

    /// <summary>Kinds of a task's rows in the ledger, oldest first.</summary>
    public List<string> Ledger(string task) => Query("SELECT kind FROM ledger_entries WHERE task_id = @id ORDER BY id", task);

    private static HttpClient NewClient(int port) =>
        new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromSeconds(20),
        };
}

/// <summary>A create call as the sandbox remembers it.</summary>
internal sealed record Reached(string Prompt, bool Accepted, string? UpstreamId);
