using Npgsql;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Storage;

/// <summary>Two servers, processes of their own, over one database: nothing that one keeps to itself is needed at the other.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _connection = PostgresServer.Instance.NewEmptyDatabase();
    private readonly List<(ServerProcess Process, HttpClient Client, string Folder)> _nodes = [];
    private SandboxHost _sandbox = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn });
        Directory.CreateDirectory(_folder.File("assets"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, client, _) in _nodes)
        {
            client.Dispose();
            await process.DisposeAsync();
        }

        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Started_at_once_on_an_empty_database_they_make_one_schema_and_one_administrator_and_links_are_good_at_both()
    {
        for (var i = 0; i < 2; i++) Start(i);
        foreach (var (process, client, _) in _nodes) await process.AwaitReadyAsync(client, "/readyz");

        using (var database = new NpgsqlConnection(_connection))
        {
            database.Open();
            Assert.Equal(MigrationFile.Of("postgres").Count, database.Scalar<long>("SELECT count(*) FROM migrations"));
            Assert.Equal(1, database.Scalar<long>("SELECT count(*) FROM keys WHERE is_admin = 1"));
            Assert.Equal(1, database.Scalar<long>("SELECT count(*) FROM master_key"));
        }

        // Shown and kept by the one that made it, and good at both.
        var file = Assert.Single(_nodes.Select(node => Path.Combine(node.Folder, "admin.key")), File.Exists);
        Assert.Single(_nodes, node => node.Process.Output.Contains("Administrator key, shown once", StringComparison.Ordinal));
        foreach (var (_, client, folder) in _nodes)
        {
            Assert.Equal(200, await StatusAsync(client, "/admin/v1/nodes", (await File.ReadAllTextAsync(file, Cancellation)).Trim()));
            Assert.False(File.Exists(Path.Combine(folder, "link.keys")));
            Assert.False(File.Exists(Path.Combine(folder, "master.key")));
        }

        var (first, second) = (_nodes[0].Client, _nodes[1].Client);
        var id = (await JsonAsync(first, HttpMethod.Post, "/v1/videos", """{"prompt":"a red boat"}""")).GetProperty("id").GetString()!;
        System.Text.Json.JsonElement video;
        while ((video = await JsonAsync(second, HttpMethod.Get, "/v1/videos/" + id)).GetProperty("status").GetString() != "completed") await GatewayHost.PauseAsync();
        var link = new Uri(video.GetProperty("video_url").GetString()!).PathAndQuery;
        Assert.Equal(link, new Uri((await JsonAsync(first, HttpMethod.Get, "/v1/videos/" + id)).GetProperty("video_url").GetString()!).PathAndQuery);
        foreach (var client in new[] { first, second })
        {
            Assert.Equal(200, await StatusAsync(client, link, secret: null));
            Assert.Equal(403, await StatusAsync(client, link.Replace("signature=", "signature=A", StringComparison.Ordinal), secret: null));
        }
    }

    private void Start(int number)
    {
        // Files in one folder, as on a shared disk: the bucket has tests of its own.
        var folder = _folder.File($"node-{number}");
        Directory.CreateDirectory(folder);
        Directory.CreateSymbolicLink(Path.Combine(folder, "assets"), _folder.File("assets"));
        var port = ServerProcess.FreePort();
        var settings = TestStore.SettingsOf(_connection).ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!);
        settings["REELAY_DATA"] = folder;
        settings["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        settings["Reelay__MinFreeDisk"] = "0";
        settings["Reelay__Sandbox__Enabled"] = "true";
        settings["Reelay__Sandbox__Duration"] = "0.3";
        settings["Reelay__Sandbox__Port"] = _sandbox.BaseUrl.Port.ToString();
        _nodes.Add((ServerProcess.Start("Reelay.Server", settings), new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        }, folder));
    }

    private static async Task<int> StatusAsync(HttpClient client, string path, string? secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (secret is not null) request.Headers.Authorization = new("Bearer", secret);
        using var response = await client.SendAsync(request, Cancellation);
        return (int)response.StatusCode;
    }

    private static async Task<System.Text.Json.JsonElement> JsonAsync(HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", "sk-reelay-sandbox");
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return System.Text.Json.JsonDocument.Parse(text).RootElement;
    }
}
