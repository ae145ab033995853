using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Data.Common;
using Reelay.Server;
using Reelay.Simulators;
using Reelay.Tests.OpenApi;

namespace Reelay.Tests.Support;

/// <summary>The real server on a free port of this machine, with a sandbox as its only upstream, both in this process.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    // As most clients write it. Base64 in which each plus sign is escaped takes long to read.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WebApplication _app;
    private readonly bool _ownsFolder;
    private readonly Func<HttpMessageHandler, HttpMessageHandler> _around;

    private GatewayHost(
        WebApplication app, SandboxHost sandbox, string folder, bool ownsFolder, Func<HttpMessageHandler, HttpMessageHandler> around)
    {
        (_app, Sandbox, Folder, _ownsFolder, _around) = (app, sandbox, folder, ownsFolder, around);
        BaseUrl = new Uri(app.Urls.First());
        Client = NewClient("sk-reelay-sandbox");
    }

    public Uri BaseUrl { get; }

    public SandboxHost Sandbox { get; }

    public string Folder { get; }

    /// <summary>Sends with the sandbox's key.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public string AdminKey => File.ReadAllText(Path.Combine(Folder, "admin.key")).Trim();

    /// <summary>Starts a server; its jobs take no time unless the options say otherwise.</summary>
    /// <param name="settings">Configuration by name, for example <c>Reelay:Channels:sandbox_openai:MaxInFlight</c>.</param>
    /// <param name="sandboxOptions">The sandbox's; by default its small shipped clip for everything, after 0.3 s.</param>
    /// <param name="folder">A data folder to go on with; a new one by default, removed at the end.</param>
    /// <param name="services">Replaces parts of the server.</param>
    /// <param name="around">Stands between the gateway's clients and the network; by default the recorder of the suite, if it is on.</param>
    public static async Task<GatewayHost> StartAsync(
        Dictionary<string, string?>? settings = null,
        SandboxOptions? sandboxOptions = null,
        string? folder = null,
        Action<IServiceCollection>? services = null,
        Func<HttpMessageHandler, HttpMessageHandler>? around = null)
    {
        var sandbox = await SandboxHost.StartAsync(sandboxOptions ?? new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn });
        var data = folder ?? Directory.CreateTempSubdirectory("reelay-test-").FullName;
        if (folder is null) TestStore.Prepare(data);
        var all = new Dictionary<string, string?>
        {
            ["REELAY_DATA"] = data,
            ["urls"] = "http://127.0.0.1:0",
            ["Reelay:Sandbox:Enabled"] = "true",
            ["Reelay:Sandbox:Port"] = sandbox.BaseUrl.Port.ToString(),
            ["Reelay:Sandbox:Duration"] = "0.3",
            ["Reelay:MinFreeDisk"] = "0",
        };
        foreach (var (name, value) in TestStore.Settings(data).Concat(settings ?? [])) all[name] = value;
        var app = ServerApp.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(all);
            builder.Logging.ClearProviders();
            services?.Invoke(builder.Services);
        });
        await app.StartAsync();
        return new GatewayHost(app, sandbox, data, folder is null, around ?? AnswerRecorder.OfSuite);
    }

    public HttpClient NewClient(string secret)
    {
        var client = new HttpClient(_around(new SocketsHttpHandler { UseProxy = false })) { BaseAddress = BaseUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            var text = body as string ?? JsonSerializer.Serialize(body, Plain);
            request.Content = new StringContent(text, Encoding.UTF8, "application/json");
        }

        using var response = await (client ?? Client).SendAsync(request, TestContext.Current.CancellationToken);
        var json = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, json.Length == 0 ? default : JsonDocument.Parse(json).RootElement);
    }

    public async Task<string> OrderAsync(string prompt = "a red boat", object? body = null)
    {
        var (status, video) = await SendAsync(HttpMethod.Post, "/v1/videos", body ?? new { prompt });
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
            await PauseAsync();
        }
    }

    /// <summary>Polls until the video has a status.</summary>
    public async Task UntilAsync(string id, string wanted)
    {
        for (string? status; (status = (await SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetProperty("status").GetString()) != wanted;)
        {
            Assert.False(status is "completed" or "failed", $"{id} is {status} and will never be {wanted}.");
            await PauseAsync();
        }
    }

    /// <summary>The operator's view of a task.</summary>
    public async Task<JsonElement> AdminTaskAsync(string id)
    {
        using var admin = NewClient(AdminKey);
        var (status, task) = await SendAsync(HttpMethod.Get, "/admin/v1/tasks/" + id, client: admin);
        Assert.Equal(200, status);
        return task;
    }

    /// <summary>Asks as an operator until a task is in a phase.</summary>
    public async Task AdminUntilAsync(string id, string phase)
    {
        for (JsonElement task; (task = await AdminTaskAsync(id)).GetProperty("phase").GetString() is var found && found != phase;)
        {
            Assert.False(found is "completed" or "failed", $"{task} will never be {phase}.");
            await PauseAsync();
        }
    }

    /// <summary>Lets a moment go by between two looks at a condition; nothing may depend on its length.</summary>
    public static Task PauseAsync() => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>A connection to the server's database beside the server.</summary>
    public DbConnection Connect() => Services.GetService<IConfiguration>()!["ConnectionStrings:Reelay"] is { } named ? TestStore.Connect(named, isPostgres: true) : TestStore.Connect(Folder);

    /// <summary>Looks into, or changes, the server's database beside the server.</summary>
    public T Database<T>(Func<DbConnection, T> use)
    {
        using var connection = Connect();
        return use(connection);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();

        // A test that was cancelled leaves nothing behind either, and hides not what cancelled it.
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Sandbox.DisposeAsync();
        if (_ownsFolder) Directory.Delete(Folder, recursive: true);
    }
}
