using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Reelay.Tests.Support;

namespace Reelay.Tests.Cluster;

/// <summary>Two PostgreSQL servers under Patroni, which keeps its own state in etcd: all of Debian's packages, on loopback, in a folder of its own.</summary>
internal sealed class PatroniCluster : IAsyncDisposable
{
    private const int MemberCount = 2;

    private static readonly string[] Programs = ["/usr/bin/patroni", "/usr/bin/etcd"];

    private readonly string _folder = Directory.CreateTempSubdirectory("reelay-patroni-").FullName;
    private readonly int[] _ports = [.. Enumerable.Range(0, MemberCount).Select(_ => ServerProcess.FreePort())];
    private readonly int[] _restPorts = [.. Enumerable.Range(0, MemberCount).Select(_ => ServerProcess.FreePort())];
    private readonly Process?[] _patronis = new Process?[MemberCount];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(3) };
    private readonly int _etcdPort = ServerProcess.FreePort();
    private Process? _etcd;

    private PatroniCluster()
    {
    }

    /// <summary>As a server of ours is given it: both, and whichever takes writes.</summary>
    public string Connection =>
        $"Host={string.Join(',', _ports.Select(port => $"127.0.0.1:{port}"))};Username=postgres;Database=reelay;Target Session Attributes=primary;Timeout=3";

    /// <summary>Starts it, with an empty database, and waits until the second member follows the first synchronously.</summary>
    public static async Task<PatroniCluster> StartAsync()
    {
        Assert.SkipUnless(Programs.All(File.Exists) || Environment.GetEnvironmentVariable("REELAY_CI") is not null, "Patroni and etcd are not installed; make chaos does it.");
        var cluster = new PatroniCluster();
        try
        {
            await cluster.LaunchAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The machine of the member that takes writes is gone: all its processes end at once.</summary>
    /// <returns>Which one it was.</returns>
    public async Task<int> KillLeaderAsync()
    {
        var leader = await LeaderAsync() ?? throw new InvalidOperationException("Nobody leads.");
        KillMember(leader);
        return leader;
    }

    /// <summary>Starts a member that was killed.</summary>
    public void Restart(int member) => _patronis[member] = Start(member);

    /// <summary>Waits for another leader than the one that was killed.</summary>
    public Task AwaitLeaderAsync(int other) => UntilAsync(async () => await LeaderAsync() is { } leader && leader != other);

    /// <summary>Waits until one leads and the other holds everything that was acknowledged.</summary>
    public Task AwaitWholeAsync() => UntilAsync(async () => (await RolesAsync()).Order().SequenceEqual(["leader", "sync_standby"]));

    public async ValueTask DisposeAsync()
    {
        for (var member = 0; member < MemberCount; member++) KillMember(member);
        if (_etcd is not null) await EndAsync(_etcd);
        _client.Dispose();
        for (var left = 20; ; left--)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
                return;
            }
            catch (IOException) when (left > 0)
            {
                // Backends that have just lost their server still write their last lines.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private async Task LaunchAsync()
    {
        if (Environment.UserName == "root") await Tool.RunAsync("chown", "/", "postgres", _folder);
        var peer = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        var address = $"http://127.0.0.1:{_etcdPort}";
        _etcd = AsPostgres(
            "/usr/bin/etcd", "--name", "one", "--data-dir", $"{_folder}/etcd", "--listen-client-urls", address, "--advertise-client-urls", address,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"one={peer}", "--log-level", "error");
        for (var member = 0; member < MemberCount; member++)
        {
            await File.WriteAllTextAsync($"{_folder}/{member}.yml", Configuration(member));
            _patronis[member] = Start(member);

            // The first one makes the cluster.
            if (member == 0) await AwaitLeaderAsync(-1);
        }

        await AwaitWholeAsync();
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_ports[(await LeaderAsync())!.Value]};Username=postgres;Database=postgres;Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("CREATE DATABASE reelay", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    // As short as Patroni allows: a leader that says nothing for 20 s is replaced, by a member that has everything.
    private string Configuration(int member) =>
        $$"""
        scope: reelay
        name: pg{{member}}
        restapi: {listen: '127.0.0.1:{{_restPorts[member]}}', connect_address: '127.0.0.1:{{_restPorts[member]}}'}
        etcd3: {host: '127.0.0.1:{{_etcdPort}}'}
        bootstrap:
          dcs:
            ttl: 20
            loop_wait: 2
            retry_timeout: 3
            synchronous_mode: true
            postgresql:
              use_pg_rewind: true
              parameters: {max_connections: 100, wal_log_hints: 'on'}
          initdb: [{encoding: UTF8}, {locale: C}, {auth: trust}]
        postgresql:
          listen: '127.0.0.1:{{_ports[member]}}'
          connect_address: '127.0.0.1:{{_ports[member]}}'
          data_dir: {{_folder}}/data{{member}}
          bin_dir: {{PostgresServer.Bin}}
          pgpass: {{_folder}}/pgpass{{member}}
          remove_data_directory_on_rewind_failure: true
          remove_data_directory_on_diverged_timelines: true
          authentication:
            superuser: {username: postgres}
            replication: {username: postgres}
            rewind: {username: postgres}
          pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
          parameters: {unix_socket_directories: '{{_folder}}', shared_buffers: 64MB}
        """;

    private Process Start(int member) => AsPostgres("/usr/bin/patroni", $"{_folder}/{member}.yml");

    private async Task<int?> LeaderAsync()
    {
        for (var member = 0; member < MemberCount; member++)
        {
            if (_patronis[member] is null) continue;
            try
            {
                using var response = await _client.GetAsync($"http://127.0.0.1:{_restPorts[member]}/primary", TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode) return member;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // It does not run, or is busy with itself.
            }
        }

        return null;
    }

    private async Task<List<string>> RolesAsync()
    {
        try
        {
            var text = await _client.GetStringAsync($"http://127.0.0.1:{_restPorts[await LeaderAsync() ?? 0]}/cluster", TestContext.Current.CancellationToken);
            return [.. JsonDocument.Parse(text).RootElement.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("role").GetString()!)];
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return [];
        }
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var started = Stopwatch.GetTimestamp(); !await holds(); await ClusterWorld.PauseAsync(200))
        {
            if (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(120)) continue;
            var logs = Directory.GetFiles(_folder, "*.log").Select(file => $"==== {file}\n{string.Join('\n', File.ReadLines(file).TakeLast(40))}");
            Assert.Fail("Patroni did not get there in time:\n" + string.Join('\n', logs));
        }
    }

    private void KillMember(int member)
    {
        if (_patronis[member] is not { } patroni) return;
        _patronis[member] = null;
        patroni.Kill();
        patroni.WaitForExit();
        patroni.Dispose();
        var file = $"{_folder}/data{member}/postmaster.pid";
        if (!File.Exists(file)) return;

        // The first line of the file is the server's process; its backends end with it.
        try
        {
            using var server = Process.GetProcessById(int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture));
            server.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    // None of the three runs as root. What they say goes to a file beside them.
    private Process AsPostgres(params string[] command)
    {
        var log = $"{_folder}/{Path.GetFileName(command[0])}-{Path.GetFileNameWithoutExtension(command[^1])}.log";
        string[] user = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] all = [.. user, .. command];
        return Process.Start(new ProcessStartInfo("sh", ["-c", $"exec \"$@\" >>{log} 2>&1", "sh", .. all]) { WorkingDirectory = "/" })!;
    }
}
