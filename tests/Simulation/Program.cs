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
if (args.Length % 2 != 0 || options.Keys.Except(["--seed", "--seeds", "--twice", "--nodes"]).Any())
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
var nodes = int.Parse(options.GetValueOrDefault("--nodes", "1"));
if (options.TryGetValue("--seed", out var one))
{
    using var run = new Run(int.Parse(one), pool, isPrinted: true, nodes);
    var report = run.Execute();
    Console.WriteLine($"seed {one}: trace {report.Hash}, {report.LineCount} lines, {report.ProcessCount} processes, {report.Time:d\\.hh\\:mm\\:ss}");
    foreach (var mistake in report.Mistakes) Console.WriteLine("MISTAKE " + mistake);
    return report.Mistakes.Count > 0 ? 1 : 0;
}

var seeds = options.GetValueOrDefault("--seeds", "1-100").Split(',').Select(range => range.Split('-').Select(int.Parse).ToList());
return new Campaign(pool, int.Parse(options.GetValueOrDefault("--twice", "10")), nodes)
    .Execute([.. seeds.SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1))]);
