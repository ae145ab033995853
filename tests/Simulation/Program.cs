using System.Diagnostics;
using Reelay.Simulation;
using Reelay.Simulation.Scheduling;

const string Help = """
    Runs the whole server against simulated upstreams, callers, disks and clocks, on one thread, in virtual time.

      --seed N        runs one seed and prints its trace
      --seeds A-B,C   runs seeds A to B, and C (default 1-100)
      --nodes N       so many nodes share one database by leases (default 1)
      --twice N       runs every Nth seed a second time and compares the traces (default 10)

    Ends with 1 if anything was wrong. A seed does the same in every run.
    """;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];
List<int> seeds = [];
var (nodes, twice) = (Count("--nodes", 1), Count("--twice", 10));
var isClear = args.Length % 2 == 0 && !options.Keys.Except(["--seed", "--seeds", "--twice", "--nodes"]).Any() && nodes > 0 && twice > 0
    && options.GetValueOrDefault("--seed", options.GetValueOrDefault("--seeds", "1-100")).Split(',').All(TryAdd)
    && (!options.ContainsKey("--seed") || seeds.Count == 1);
if (!isClear)
{
    Console.WriteLine(Help);
    return args is ["--help"] ? 0 : 2;
}

// One processor is what makes one pool thread possible; it can only be said before a process starts.
if (Environment.ProcessorCount != 1)
{
    var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet";
    var start = new ProcessStartInfo(Environment.ProcessPath!, isHosted ? [typeof(Run).Assembly.Location, .. args] : args);
    start.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
    start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
    start.Environment["DOTNET_TieredPGO"] = "0";
    using var process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

using var pool = new ThreadPoolGate();
if (!options.ContainsKey("--seed")) return new Campaign(pool, twice, nodes).Execute(seeds);

using var run = new Run(seeds[0], pool, isPrinted: true, nodes);
var report = run.Execute();
Console.WriteLine($"seed {seeds[0]}: trace {report.Hash}, {report.LineCount} lines, {report.ProcessCount} processes, {report.Time:d\\.hh\\:mm\\:ss}");
foreach (var mistake in report.Mistakes) Console.WriteLine("MISTAKE " + mistake);
return report.Mistakes.Count > 0 ? 1 : 0;

int Count(string name, int usual) => !options.TryGetValue(name, out var text) ? usual : int.TryParse(text, out var count) ? count : 0;

bool TryAdd(string range)
{
    var ends = range.Split('-');
    if (ends.Length > 2 || !int.TryParse(ends[0], out var first) || !int.TryParse(ends[^1], out var last) || last < first) return false;
    seeds.AddRange(Enumerable.Range(first, last - first + 1));
    return true;
}
