using Microsoft.Data.Sqlite;
using Reelay.Storage;

namespace Reelay.Load;

/// <summary>Creates, each answered when it is on the disk, against the same number of rows in the same kind of group commit.</summary>
/// <remarks>Every measurement begins with a new process and an empty database, so that neither side drags along what earlier rounds left.</remarks>
internal sealed class CreateBenchmark(Workplace workplace, int seconds) : Benchmark
{
    private const int ConnectionCount = 128;

    // A create runs through more code than a read, and the compiler needs its time on two busy cores.
    private const int WarmUpSeconds = 10;

    public override string Name => "create";

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("durable create, 128 connections", "requests/s", Goal: 0.7, Floor: 0.35),
        new("— slowest of 100 creates (p99)", "ms", IsLowerBetter: true),
        new("— processor time of a create", "µs", IsLowerBetter: true),
    ];

    public override Task PrepareAsync()
    {
        SqliteLibrary.Init();
        File.WriteAllText(
            workplace.PathOf("create.lua"),
            $"wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = '{Gateway.Order}'\n");
        return Task.CompletedTask;
    }

    public override async Task<double[]> MeasureReferenceAsync(int round)
    {
        var database = Path.Combine(workplace.NewFolder("create-reference"), "orders.db");
        await using var server = await References.StartAsync(workplace, "create", database);
        return Measure("reference", server, database);
    }

    public override async Task<double[]> MeasureOursAsync(int round)
    {
        var data = workplace.NewFolder("create-ours");
        await using var server = await Gateway.StartAsync(workplace, data);
        return Measure("ours", server, Path.Combine(data, "reelay.db"));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private double[] Measure(string side, ServerProcess server, string database)
    {
        var url = server.BaseUrl + "/v1/videos";
        var script = workplace.PathOf("create.lua");
        var warmUp = Wrk.Run(url, ConnectionCount, WarmUpSeconds, script);
        var before = server.ProcessorTime;
        var result = Wrk.Run(url, ConnectionCount, seconds, script);
        var spent = server.ProcessorTime - before;
        Verify(side, database, warmUp.RequestCount + result.RequestCount);
        return [result.PerSecond, result.P99Milliseconds, spent.TotalMicroseconds / result.RequestCount];
    }

    // At the end of each of the two runs wrk drops its connections, and of each connection at most one create that was stored, or is
    // being stored, goes uncounted.
    private void Verify(string side, string database, long answerCount)
    {
        var (tasks, entries) = Count(database);
        var uncounted = tasks - answerCount;
        if (uncounted < 0 || uncounted > 2 * ConnectionCount || entries != tasks)
        {
            throw new InvalidOperationException($"{side}: {answerCount} answers, but {tasks} tasks and {entries} ledger entries in the database.");
        }

        Notes.Add($"create, {side}: {answerCount:N0} answers with 200, {tasks:N0} tasks and {entries:N0} ledger entries stored "
            + $"({uncounted} were under way when wrk hung up; at most {2 * ConnectionCount} can be)");
    }

    // One statement, so that both counts are of the same moment.
    private static (long Tasks, long Entries) Count(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM ledger_entries)";
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
