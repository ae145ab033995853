using Reelay.Load;
using Reelay.Load.Cluster;
using Reelay.Load.Polling;

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (ArgumentException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

var workplace = new Workplace();
workplace.Publish("src", "Server");
workplace.Publish("bench", "Reference");
var facts = Machine.Facts(workplace);
foreach (var fact in facts) Console.WriteLine(fact);

var lines = new List<Line>();
var notes = new List<string>();
foreach (var make in new Func<Benchmark>[]
{
    () => new StatusBenchmark(workplace, options.Seconds, taskCount: 1),
    () => new StatusBenchmark(workplace, options.Seconds, taskCount: 1000),
    () => new CreateBenchmark(workplace, options.Seconds),
    () => new ContentBenchmark(workplace, options.Seconds),
    () => new IdleBenchmark(workplace),
    () => new PostgresCreateBenchmark(workplace, options.Seconds),
    () => new ForeignReadBenchmark(workplace, options.Seconds),
})
{
    await using var benchmark = make();
    if (options.Only.Count > 0 ? !options.Only.Contains(benchmark.Name) : benchmark.NeedsPostgres) continue;
    lines.AddRange(await RunAsync(benchmark));
    notes.AddRange(benchmark.Notes);
}

// Of these only the first is short enough to be run without being asked for.
if (options.Only.Count == 0 || options.Only.Contains(PollingRun.Name)) notes.AddRange(await new PollingRun(workplace, options).RunAsync());
if (options.Only.Contains(WaitingRun.Name)) notes.AddRange(await new WaitingRun(workplace, options).RunAsync());
if (options.Only.Contains(CallbackRun.Name)) notes.AddRange(await new CallbackRun(workplace, options).RunAsync());
if (options.Only.Contains(IsolationRun.Name)) notes.AddRange(await new IsolationRun(workplace, options).RunAsync());
if (options.Only.Contains(ClaimRun.Name)) notes.AddRange(await new ClaimRun(workplace, options).RunAsync());
if (options.Only.Contains(NodesRun.Name)) notes.AddRange(await new NodesRun(workplace, options).RunAsync());

var day = TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd");
var report = Report.Write(day, options, facts, lines, notes);
Console.WriteLine("\n" + report);
if ((options.ReportName ?? (options.Only.Count == 0 ? "all" : null)) is { } name)
{
    var file = Path.Combine(workplace.Root, "bench", "results", $"{day}-{name}.md");
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    await File.WriteAllTextAsync(file, report);
}

if (!options.KeepsFolder) Directory.Delete(workplace.Folder, recursive: true);
return lines.TrueForAll(line => line.HoldsFloor) ? 0 : 1;

// Reference and ours take turns, so that whatever else the machine does meets both.
async Task<IReadOnlyList<Line>> RunAsync(Benchmark benchmark)
{
    Console.WriteLine($"\n{benchmark.Name}: preparing …");
    await benchmark.PrepareAsync();
    var reference = new List<double[]>();
    var ours = new List<double[]>();
    for (var round = 1; round <= options.RoundCount; round++)
    {
        reference.Add(await benchmark.MeasureReferenceAsync(round));
        ours.Add(await benchmark.MeasureOursAsync(round));
        Console.WriteLine($"round {round}: reference {Shown(reference[^1])}; ours {Shown(ours[^1])}");
    }

    return [.. benchmark.Figures.Select((figure, i) => new Line(figure, [.. reference.Select(row => row[i])], [.. ours.Select(row => row[i])]))];

    string Shown(double[] values) => string.Join(", ", values.Select((value, i) => $"{value:N1} {benchmark.Figures[i].Unit}"));
}
