using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Cluster;

/// <summary>
/// A cluster as an operator runs it: nodes over one PostgreSQL and one bucket behind a load balancer, and the sandbox as their upstream. Each
/// node reaches the database and the upstream by a way of its own that can be cut.
/// </summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("reelay-cluster-").FullName;
    private readonly string _connection;
    private readonly SwiftBucket _bucket;
    private readonly ServerProcess _sandbox;
    private readonly HttpClient _sandboxClient;
    private Balancer? _balancer;

    private ClusterWorld(string connection, bool isCut, SwiftBucket bucket, ClosableWay bucketWay, int nodeCount)
    {
        (_connection, _bucket, BucketWay) = (connection, bucket, bucketWay);
        var sandboxPort = ServerProcess.FreePort();
        var balancerPort = ServerProcess.FreePort();
        _sandboxClient = NewClient(sandboxPort);
        Client = NewClient(balancerPort);
        var settings = bucket.Configuration.ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!);
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ConnectionStrings__Reelay"] = connection,
            ["REELAY_MASTER_KEY"] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            ["Reelay__PublicUrl"] = $"http://127.0.0.1:{balancerPort}",
            ["Reelay__Sandbox__Enabled"] = "true",
            ["Reelay__Sandbox__Port"] = sandboxPort.ToString(CultureInfo.InvariantCulture),
            ["Reelay__Sandbox__Duration"] = "1",
            ["Reelay__Channels__sandbox_openai__CallSeconds"] = "2",
            ["Reelay__Channels__sandbox_kling__CallSeconds"] = "2",

            // The sandbox never loses an order that it took; without this a lost one is looked for until its deadline.
            ["Reelay__Channels__sandbox_kling__Options__trust_absence"] = "true",
            ["Reelay__Channels__sandbox_kling__Options__search_delay_seconds"] = "1",
            ["Reelay__MinFreeDisk"] = "0",
            ["Reelay__Postgres__MaxConnections"] = "12",
        }) settings[name] = value;

        // They serve the same models by addresses that no test cuts or watches.
        foreach (var channel in (string[])["sandbox_upstream_gateway", "sandbox_upstream_gateway_new_api", "sandbox_upstream_gateway_aurora", "vendor"])
            settings[$"Reelay__Channels__{channel}__IsEnabled"] = "false";
        _sandbox = ServerProcess.Start("Reelay.Simulators", new Dictionary<string, string>
        {
            ["REELAY_DATA"] = Path.Combine(_root, "sandbox"),
            ["Reelay__Sandbox__Port"] = sandboxPort.ToString(CultureInfo.InvariantCulture),
            ["Reelay__Sandbox__Duration"] = "1",
            ["Reelay__Sandbox__Render"] = "standin",
        });
        BalancerPort = balancerPort;
        Nodes = [.. Enumerable.Range(0, nodeCount)
            .Select(n => new ClusterNode(n, settings, isCut ? connection : null, sandboxPort, Path.Combine(_root, $"node{n}")))];
    }

    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Every node's way to the bucket.</summary>
    public ClosableWay BucketWay { get; }

    /// <summary>Sends to the load balancer with a caller's key.</summary>
    public HttpClient Client { get; }

    /// <summary>An operator's key.</summary>
    public string AdminKey { get; private set; } = "";

    private int BalancerPort { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts all of it; the test is skipped where a program of Debian's packages is missing.</summary>
    /// <param name="connection">The database; null takes a new one.</param>
    public static async Task<ClusterWorld> StartAsync(int nodeCount = 3, string? connection = null)
    {
        Assert.SkipUnless(
            File.Exists("/usr/sbin/nginx") || Tool.Exists("nginx") || Environment.GetEnvironmentVariable("REELAY_CI") is not null,
            "nginx is not installed; make install-test does it.");

        // Both take seconds to start, and most of that they wait.
        var starting = SwiftServer.UseAsync();
        var database = connection ?? PostgresServer.Instance.NewDatabase();
        var swift = await starting;
        var way = new ClosableWay(swift.Port);
        var bucket = await swift.NewBucketAsync(way.Port);
        var world = new ClusterWorld(database, connection is null, bucket, way, nodeCount);
        try
        {
            await world._sandbox.AwaitReadyAsync(world._sandboxClient, "/_sandbox/health");

            // All at once, as a compose file does it.
            foreach (var node in world.Nodes) node.Launch();
            foreach (var node in world.Nodes) await node.AwaitReadyAsync();
            world.AdminKey = world.FindAdminKey();
            foreach (var node in world.Nodes) await node.IdentifyAsync(world.AdminKey);
            world._balancer = await Balancer.StartAsync(Path.Combine(world._root, "nginx"), world.BalancerPort, world.Nodes.Select(node => node.Port));
            world.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await world.NewKeyAsync());
            await world.BalancedAsync();
            return world;
        }
        catch
        {
            foreach (var node in world.Nodes) Console.WriteLine($"Node {node.Number}:\n{node.Output}");
            await world.DisposeAsync();
            throw;
        }
    }

    public static HttpClient NewClient(int port) => new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(15),
    };

    public static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Cancellation);

    /// <summary>A client that goes to one node past the balancer, with the caller's key.</summary>
    public HttpClient Direct(ClusterNode node)
    {
        var client = NewClient(node.Port);
        client.DefaultRequestHeaders.Authorization = Client.DefaultRequestHeaders.Authorization;
        return client;
    }

    /// <summary>Reads the database past the nodes.</summary>
    public List<T> Query<T>(Func<System.Data.Common.DbDataReader, T> map, string sql)
    {
        using var connection = Connect();
        return connection.Query(map, sql);
    }

    public NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_connection + ";Pooling=false;Timeout=5");
        connection.Open();
        return connection;
    }

    public ClusterAudit Audit() => new(Connect(), _connection);

    /// <summary>Every create call that reached the sandbox.</summary>
    public async Task<List<Submitted>> SubmissionsAsync()
    {
        var body = await _sandboxClient.GetFromJsonAsync<JsonElement>("/_sandbox/submissions", Cancellation);
        return
        [
            .. body.GetProperty("data").EnumerateArray().Select(row => new Submitted(
                row.GetProperty("provider").GetString()!, row.GetProperty("prompt").GetString() ?? "", row.GetProperty("accepted").GetBoolean(),
                row.GetProperty("upstream_id").GetString())),
        ];
    }

    /// <summary>Waits until every node that runs has its share and no shard is anybody's but theirs.</summary>
    public async Task BalancedAsync()
    {
        var share = (256 + Nodes.Count - 1) / Nodes.Count;
        var least = 256 - (share * (Nodes.Count - 1));
        await UntilAsync(
            () =>
            {
                var counts = Query(row => (row.GetString(0), row.GetInt64(1)), "SELECT owner, count(*) FROM shards WHERE owner IS NOT NULL GROUP BY owner")
                    .ToDictionary(pair => pair.Item1, pair => pair.Item2);
                return counts.Values.Sum() == 256 && Nodes.All(node => counts.GetValueOrDefault(node.Id) >= least);
            },
            () => "the shards are not balanced:\n" + string.Join('\n', Query(
                row => row.GetString(0), "SELECT coalesce(owner, 'nobody') || ' ' || count(*) FROM shards GROUP BY owner")));
    }

    /// <summary>Waits until something holds, for a minute at most.</summary>
    public async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var left = 1200; !holds(); left--)
        {
            if (left == 0) Assert.Fail($"After a minute {otherwise()}\n{Logs()}");
            await PauseAsync(50);
        }
    }

    /// <summary>The ends of all logs.</summary>
    public string Logs() => string.Join('\n', Nodes.Select(node => $"==== node {node.Number} {node.Id}\n{Tail(node.Output, 12_000)}"));

    public async ValueTask DisposeAsync()
    {
        if (_balancer is not null) await _balancer.DisposeAsync();
        foreach (var node in Nodes) await node.DisposeAsync();
        await _sandbox.DisposeAsync();
        await BucketWay.DisposeAsync();
        _bucket.Dispose();
        Client.Dispose();
        _sandboxClient.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static string Tail(string text, int most) => text.Length <= most ? text : "…" + text[^most..];

    // Whichever node came first made it.
    private string FindAdminKey() => File.ReadAllText(
        Nodes.Select(node => Path.Combine(node.Folder, "admin.key")).First(File.Exists)).Trim();

    private async Task<string> NewKeyAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/keys")
        {
            Content = JsonContent.Create(new { name = "chaos", account = new { name = "chaos", unlimited = true } }),
        };
        request.Headers.Authorization = new("Bearer", AdminKey);
        using var response = await Client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("secret").GetString()!;
    }
}

/// <summary>A create call as the sandbox remembers it.</summary>
internal sealed record Submitted(string Provider, string Prompt, bool Accepted, string? UpstreamId);
