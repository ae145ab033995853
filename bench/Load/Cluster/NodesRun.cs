using Reelay.Load.Polling;

namespace Reelay.Load.Cluster;

/// <summary>The same load on one, two and three nodes: what each of them costs. All share the machine's cores with PostgreSQL, the upstream and the load.</summary>
internal sealed class NodesRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "nodes";

    private const int MedianSeconds = 600;
    private const int TaskCount = 2000;
    private const int ReadsPerSecond = 400;
    private const int CreatesPerSecond = 40;
    private const int TicksPerSecond = 20;

    // Each node is a process of its own that compiles for itself; with 5 s three nodes took 2.4 times what one takes.
    private const int WarmUpSeconds = 30;

    private readonly List<string> _ids = [];

    /// <summary>Measures one, two and three nodes in turn, <c>--rounds</c> times.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var found = new Dictionary<int, List<(double[] Nodes, double Postgres)>> { [1] = [], [2] = [], [3] = [] };
        await using var postgres = await BenchPostgres.StartAsync(workplace);
        await using var upstream = await References.StartAsync(workplace, "upstream", workplace.Clip);
        for (var round = 1; round <= options.RoundCount; round++)
        {
            foreach (var count in found.Keys)
            {
                found[count].Add(await RunAsync(postgres, upstream, count));
                var (nodes, stored) = found[count][^1];
                Console.WriteLine($"{Name}: {count} nodes: {string.Join(", ", nodes.Select(share => $"{share:P1}"))} of a core each, PostgreSQL {stored:P1}");
            }
        }

        return [.. found.Select(pair =>
            $"nodes, {pair.Key}: {Shown(pair.Value.Select(run => run.Nodes.Average()))} of a core per node, {Shown(pair.Value.Select(run => run.Nodes.Sum()))} all nodes together, "
            + $"PostgreSQL {Shown(pair.Value.Select(run => run.Postgres))}; {TaskCount:N0} tasks at an upstream, {ReadsPerSecond} reads and {CreatesPerSecond} creates a second, round robin, {options.Seconds} s")];
    }

    private async Task<(double[] Nodes, double Postgres)> RunAsync(BenchPostgres postgres, ServerProcess upstream, int count)
    {
        await using var site = await ClusterSite.StartAsync(workplace, postgres, count, ChannelSettings.Of(upstream.BaseUrl, MedianSeconds));
        var clients = site.Nodes.Select(node => Gateway.NewClient(node.BaseUrl)).ToList();
        _ids.Clear();
        await Parallel.ForEachAsync(Enumerable.Range(0, TaskCount), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
            await OrderAsync(clients[number % count], number));
        await site.UntilAsync("SELECT count(*) FROM tasks WHERE phase <> 'submitted'", 0);
        await LoadAsync(clients, WarmUpSeconds);

        TimeSpan[] before = [.. site.Nodes.Select(node => node.ProcessorTime)];
        var (stored, since) = (postgres.ProcessorTime, TimeProvider.System.GetTimestamp());
        await LoadAsync(clients, options.Seconds);
        var wall = TimeProvider.System.GetElapsedTime(since);
        double[] nodes = [.. site.Nodes.Select((node, i) => (node.ProcessorTime - before[i]) / wall)];
        var share = (postgres.ProcessorTime - stored) / wall;
        foreach (var client in clients) client.Dispose();
        return (nodes, share);
    }

    // As many a second whatever the answers take; what is left over at the end is waited for.
    private async Task LoadAsync(List<HttpClient> clients, int seconds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond), TimeProvider.System);
        var open = new List<Task>();
        for (var tick = 0; tick < seconds * TicksPerSecond; tick++)
        {
            await timer.WaitForNextTickAsync();
            for (var i = 0; i < ReadsPerSecond / TicksPerSecond; i++) open.Add(ReadAsync(clients[i % clients.Count], (tick * 7919) + (i * 104_729)));
            for (var i = 0; i < CreatesPerSecond / TicksPerSecond; i++) open.Add(OrderAsync(clients[(tick + i) % clients.Count], tick));
            open.RemoveAll(one => one.IsCompletedSuccessfully);
        }

        await Task.WhenAll(open);
    }

    private async Task ReadAsync(HttpClient client, int number)
    {
        string id;
        lock (_ids) id = _ids[number % _ids.Count];
        using var response = await client.GetAsync("/v1/videos/" + id);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    private async Task OrderAsync(HttpClient client, int number)
    {
        var id = await Gateway.OrderAsync(client, $"{number} [after:{MedianSeconds}] a calm lake");
        lock (_ids) _ids.Add(id);
    }

    private static string Shown(IEnumerable<double> shares)
    {
        var values = shares.ToList();
        return $"{Line.Median(values):P0} ({values.Min():P0}–{values.Max():P0})";
    }
}
