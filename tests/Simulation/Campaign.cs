using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation;

/// <summary>Many seeds, one after the other.</summary>
/// <param name="pool">The thread pool's turns.</param>
/// <param name="twice">Every how many seeds one is run again.</param>
/// <param name="nodeCount">How many nodes share the database.</param>
internal sealed class Campaign(ThreadPoolGate pool, int twice, int nodeCount)
{
    private int _wrong;
    private long _processes;
    private readonly SortedDictionary<string, long> _ends = new(StringComparer.Ordinal);
    private TimeSpan _time;

    /// <summary>Runs them, and says of each that went wrong how to see it.</summary>
    /// <returns>1 if any did.</returns>
    public int Execute(IReadOnlyList<int> seeds)
    {
        foreach (var seed in seeds) Execute(seed);
        Console.WriteLine(FormattableString.Invariant(
            $"{seeds.Count} seeds, {_processes} processes, {_time.TotalHours:0.0} hours of virtual time: {_wrong} seeds with mistakes"));
        Console.WriteLine("Tasks ended as " + string.Join(", ", _ends.Select(end => $"{end.Key} {end.Value}")));
        return _wrong > 0 ? 1 : 0;
    }

    private void Execute(int seed)
    {
        var report = RunOnce(seed);
        _processes += report.ProcessCount;
        _time += report.Time;
        foreach (var (end, count) in report.Ends) _ends[end] = _ends.GetValueOrDefault(end) + count;
        var mistakes = report.Mistakes.ToList();
        if (twice > 0 && seed % twice == 0 && RunOnce(seed).Hash is var second && second != report.Hash)
            mistakes.Add($"the second run had the trace {second}, the first {report.Hash}");
        if (mistakes.Count == 0) return;
        _wrong++;
        Console.WriteLine($"seed {seed}: {mistakes.Count} mistakes; `make simulate SEED={seed}` shows the run");
        foreach (var mistake in mistakes.Take(8)) Console.WriteLine("  " + mistake);
    }

    private RunReport RunOnce(int seed)
    {
        using var run = new Run(seed, pool, isPrinted: false, nodeCount);
        return run.Execute();
    }
}
