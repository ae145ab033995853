namespace Reelay.Load.Polling;

/// <summary>Many renders of log-normal length at ten channels: how late each is completed here, what that costs in reads, memory and processor.</summary>
/// <remarks>No other program takes part, but arithmetic: the best schedule with the same number of reads.</remarks>
internal sealed class PollingRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "polling";

    /// <summary>Runs every size at every median.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var lines = new List<string>();
        foreach (var median in options.MediansSeconds)
        {
            var learned = await Learned.MakeAsync(workplace, workplace.Clip, median);
            var costs = new List<(double Count, double Cost)>();
            foreach (var count in options.TaskCounts) costs.Add((count, await RunAsync(learned, count, median, lines)));
            if (costs.Count > 1)
            {
                lines.Add($"polling, median {median} s: processor seconds of a run grow with the number of tasks to the power of {Growth.Exponent(costs):F2} (goal 1.05; storing included)");
            }
        }

        return lines;
    }

    private async Task<double> RunAsync(string learned, int count, int median, List<string> lines)
    {
        Console.WriteLine($"{Name}: {count:N0} tasks, median {median} s …");
        await using var site = await PollingSite.StartAsync(workplace, learned, median);
        var (server, renders) = (site.Server, site.Renders);
        var before = await Memory.OfAsync(workplace, server);
        var began = server.ProcessorTime;
        await renders.OrderAsync(count, median);
        var waiting = await Memory.OfAsync(workplace, server);
        var from = (Processor: server.ProcessorTime, At: TimeProvider.System.GetTimestamp());
        await renders.UntilFinishedAsync();
        var wall = TimeProvider.System.GetElapsedTime(from.At);
        var used = server.ProcessorTime - from.Processor;

        var found = await renders.MeasureAsync();
        var (lags, reads) = (new Lags(found.Select(render => render.LagSeconds)), found.Average(render => render.ReadCount));
        var best = BestSchedule.With(reads, median, Renders.Sigma, leastPause: 0);
        var noticed = new Lags(found.Select(render => render.FoundSeconds));
        var title = $"polling, {count:N0} tasks, median {median} s";
        string[] told =
        [
            $"{title}: lag {lags}; {reads:F1} reads per task",
            $"{title}: the best schedule with as many reads has a mean lag of {best.LagSeconds:F2} s: {lags.Mean / best.LagSeconds:F2} times (goal 1.2); until the end was noticed, without storing the result, {noticed.Mean / best.LagSeconds:F2} times",
            $"{title}: {used / wall:P0} of a core from the last acceptance to the last end, polling, fetching and storing; {used.TotalMilliseconds / count:F2} ms per task, {(from.Processor - began).TotalMilliseconds / count:F2} ms before that for order and submission",
            $"{title}: memory per waiting task: {Memory.PerTask(before, waiting, count)} (goal 4 KB)",
        ];
        foreach (var line in told) Console.WriteLine(line);
        lines.AddRange(told);
        return used.TotalSeconds;
    }
}
