using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reelay.Tests.Support;

namespace Reelay.Tests.Cluster;

/// <summary>One server of the cluster: a process that dies and comes back, and its own ways to the database, the upstream and the bucket.</summary>
internal sealed partial class ClusterNode : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private readonly StringBuilder _before = new();
    private readonly HttpClient _client;
    private ServerProcess? _process;

    /// <summary>Nothing is started yet.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="settings">What all nodes have in common.</param>
    /// <param name="connection">The database, by its own address; null if the node goes there directly, as <paramref name="settings"/> say.</param>
    /// <param name="sandboxPort">Where the upstream is.</param>
    /// <param name="folder">Its own folder.</param>
    public ClusterNode(int number, IReadOnlyDictionary<string, string> settings, string? connection, int sandboxPort, string folder)
    {
        Number = number;
        Folder = folder;
        Port = ServerProcess.FreePort();
        Upstream = new ClosableWay(sandboxPort, Note);
        _client = ClusterWorld.NewClient(Port);
        _settings = new(settings)
        {
            ["REELAY_DATA"] = folder,
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}",
            ["Reelay__Channels__sandbox_openai__BaseUrl"] = $"http://127.0.0.1:{Upstream.Port}/openai/v1",
        };
        if (connection is null) return;
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(connection);
        Database = new ClosableWay(builder.Port);
        builder.Port = Database.Port;
        _settings["ConnectionStrings__Reelay"] = builder.ToString();
    }

    public int Number { get; }

    public string Folder { get; }

    public int Port { get; }

    /// <summary>
    /// Its way to the upstream of most orders: an address of its own, as when accounts are changed on one node after the other; what it has sent
    /// is polled there by whichever node. Kling is always reached directly: its links name the address that was asked.
    /// </summary>
    public ClosableWay Upstream { get; }

    /// <summary>Its way to the database.</summary>
    public ClosableWay? Database { get; }

    /// <summary>Its name in the cluster since the last start.</summary>
    public string Id { get; private set; } = "";

    public bool HasExited => _process!.HasExited;

    /// <summary>Moments of each reading of an upstream's job that it made, by the upstream's id.</summary>
    public ConcurrentDictionary<string, long> Polls { get; } = new(StringComparer.Ordinal);

    /// <summary>What all its processes have said.</summary>
    public string Output => _before + _process?.Output;

    public void Launch()
    {
        if (_process is { } old) _before.Append(old.Output).Append("---- the next start of node ").Append(Number).AppendLine();
        _process = ServerProcess.Start("Reelay.Server", _settings);
    }

    public async Task AwaitReadyAsync() => await _process!.AwaitReadyAsync(_client, "/readyz");

    /// <summary>Learns its name.</summary>
    public async Task IdentifyAsync(string adminKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/v1/nodes?limit=100");
        request.Headers.Authorization = new("Bearer", adminKey);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Id = body.GetProperty("data").EnumerateArray().Single(node => node.GetProperty("is_self").GetBoolean()).GetProperty("id").GetString()!;
    }

    public Task KillAsync() => _process!.KillAsync();

    public Task TerminateAsync() => _process!.TerminateAsync();

    public Task<int> ExitAsync() => _process!.ExitAsync();

    /// <summary>Sends a signal by its name, for example STOP or CONT.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process!.Id.ToString()]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        await Upstream.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        _client.Dispose();
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("GET "u8)) return;
        var line = Encoding.Latin1.GetString(bytes[..Math.Max(0, bytes.IndexOf((byte)'\r'))]);
        if (Poll().Match(line) is { Success: true } found) Polls.TryAdd(found.Groups[1].Value, Stopwatch.GetTimestamp());
    }

    [GeneratedRegex("^GET /openai/v1/videos/([^/? ]+) HTTP")]
    private static partial Regex Poll();
}
