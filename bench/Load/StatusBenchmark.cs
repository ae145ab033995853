namespace Reelay.Load;

/// <summary>Reads of queued tasks with a key, against a constant answer of bare Kestrel.</summary>
/// <param name="workplace">Where files go.</param>
/// <param name="seconds">Length of one measurement.</param>
/// <param name="taskCount">Tasks that the reads go round; 1 asks for the same one always.</param>
internal sealed class StatusBenchmark(Workplace workplace, int seconds, int taskCount) : Benchmark
{
    private const int ConnectionCount = 64;
    private const int WarmUpSeconds = 4;

    private ServerProcess? _reference;
    private ServerProcess? _ours;
    private string _path = "";
    private string? _script;

    public override string Name => taskCount == 1 ? "status" : "many";

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new(taskCount == 1 ? "status read, one task, 64 connections" : $"status read, {taskCount:N0} tasks in turn, 64 connections",
            "requests/s", Goal: 0.95, Floor: 0.7),
        new("— processor time of a read", "µs", IsLowerBetter: true),
    ];

    public override async Task PrepareAsync()
    {
        _reference = await References.StartAsync(workplace, "constant");
        _ours = await Gateway.StartAsync(workplace, workplace.NewFolder("status"));
        var ids = new List<string>(taskCount);
        while (ids.Count < taskCount) ids.Add(await Gateway.OrderAsync(_ours.BaseUrl));
        _path = "/v1/videos/" + ids[0];
        if (taskCount > 1) _script = WriteScript(ids);
        foreach (var server in new[] { _reference, _ours }) Wrk.Run(server.BaseUrl + _path, ConnectionCount, WarmUpSeconds, _script);
    }

    public override Task<double[]> MeasureReferenceAsync(int round) => Task.FromResult(Measure(_reference!));

    public override Task<double[]> MeasureOursAsync(int round) => Task.FromResult(Measure(_ours!));

    public override async ValueTask DisposeAsync()
    {
        if (_reference is not null) await _reference.DisposeAsync();
        if (_ours is not null) await _ours.DisposeAsync();
    }

    private double[] Measure(ServerProcess server)
    {
        var before = server.ProcessorTime;
        var result = Wrk.Run(server.BaseUrl + _path, ConnectionCount, seconds, _script);
        return [result.PerSecond, (server.ProcessorTime - before).TotalMicroseconds / result.RequestCount];
    }

    /// <summary>A script that asks for tasks in turn.</summary>
    // Requests are made before the run: wrk would otherwise spend its one thread on making them.
    public static string Script(IEnumerable<string> ids) =>
        $$"""
        local ids = { {{string.Join(", ", ids.Select(id => $"\"{id}\""))}} }
        local requests, at = {}, 0
        init = function(args)
          for i, id in ipairs(ids) do requests[i] = wrk.format("GET", "/v1/videos/" .. id) end
        end
        request = function()
          at = at % #requests + 1
          return requests[at]
        end
        """;

    private string WriteScript(List<string> ids)
    {
        var file = workplace.PathOf("many.lua");
        File.WriteAllText(file, Script(ids));
        return file;
    }
}
