namespace Reelay.Load.Cluster;

/// <summary>Status reads of queued tasks on a node that does not drive them, against the same reads at their owner. Both nodes run all the time.</summary>
internal sealed class ForeignReadBenchmark(Workplace workplace, int seconds) : Benchmark
{
    private const int ConnectionCount = 64;
    private const int TaskCount = 1000;
    private const int WarmUpSeconds = 4;

    private BenchPostgres? _postgres;
    private ClusterSite? _site;
    private string _path = "";

    public override string Name => "foreign";

    public override bool NeedsPostgres => true;

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new($"status read on another node than the task's, {TaskCount:N0} tasks in turn, {ConnectionCount} connections; reference its owner", "requests/s"),
        new("— slowest of 100 reads (p99)", "ms", IsLowerBetter: true),
        new("— processor time of the node for a read", "µs", IsLowerBetter: true),
        new("— processor time of PostgreSQL for a read", "µs", IsLowerBetter: true),
    ];

    public override async Task PrepareAsync()
    {
        _postgres = await BenchPostgres.StartAsync(workplace);
        _site = await ClusterSite.StartAsync(workplace, _postgres, 2);
        var ids = new List<string>(TaskCount);
        while (ids.Count < TaskCount) ids.Add(await Gateway.OrderAsync(_site.Nodes[0].BaseUrl));
        _path = "/v1/videos/" + ids[0];
        await File.WriteAllTextAsync(workplace.PathOf("many.lua"), StatusBenchmark.Script(ids));
        foreach (var node in _site.Nodes) Wrk.Run(node.BaseUrl + _path, ConnectionCount, WarmUpSeconds, workplace.PathOf("many.lua"));
    }

    public override Task<double[]> MeasureReferenceAsync(int round) => Task.FromResult(Measure(_site!.Nodes[0]));

    public override Task<double[]> MeasureOursAsync(int round) => Task.FromResult(Measure(_site!.Nodes[1]));

    public override async ValueTask DisposeAsync()
    {
        if (_site is not null) await _site.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private double[] Measure(ServerProcess node)
    {
        var (before, stored) = (node.ProcessorTime, _postgres!.ProcessorTime);
        var result = Wrk.Run(node.BaseUrl + _path, ConnectionCount, seconds, workplace.PathOf("many.lua"));
        return
        [
            result.PerSecond, result.P99Milliseconds, (node.ProcessorTime - before).TotalMicroseconds / result.RequestCount,
            (_postgres.ProcessorTime - stored).TotalMicroseconds / result.RequestCount,
        ];
    }
}
