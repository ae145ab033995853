namespace Reelay.Load.Polling;

/// <summary>Many tasks that are polled as usual and end without a result: what waiting costs, without fetching and storing.</summary>
internal sealed class WaitingRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "waiting";

    // Mean to median of a log-normal duration.
    private static readonly double MeanToMedian = Math.Exp(Renders.Sigma * Renders.Sigma / 2);

    /// <summary>Runs every size at every median.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var lines = new List<string>();
        foreach (var median in options.MediansSeconds)
        {
            var learned = await Learned.MakeAsync(workplace, workplace.Clip, median);
            var found = new List<(int Count, Cost Cost)>();
            foreach (var count in options.TaskCounts) found.Add((count, await RunAsync(learned, count, median, lines)));
            if (found.Count > 1) lines.AddRange(Grown(median, found));
        }

        foreach (var line in lines) Console.WriteLine(line);
        return lines;
    }

    private async Task<Cost> RunAsync(string learned, int count, int median, List<string> lines)
    {
        Console.WriteLine($"{Name}: {count:N0} tasks, median {median} s …");
        await using var site = await PollingSite.StartAsync(workplace, learned, median);
        var (server, renders) = (site.Server, site.Renders);
        var before = await Memory.OfAsync(workplace, server);
        var began = (Processor: server.ProcessorTime, At: TimeProvider.System.GetTimestamp());
        await renders.OrderAsync(count, median, mark: Renders.Rejected);
        var ordering = (Processor: server.ProcessorTime - began.Processor, Time: TimeProvider.System.GetElapsedTime(began.At));
        var waiting = await Memory.OfAsync(workplace, server);
        var from = (Processor: server.ProcessorTime, At: TimeProvider.System.GetTimestamp());
        await renders.UntilFinishedAsync();
        var used = server.ProcessorTime - from.Processor;
        var wall = TimeProvider.System.GetElapsedTime(from.At);
        var reads = (double)await renders.ReadCountAsync() / count;
        var steady = used.TotalSeconds / (median * MeanToMedian);
        lines.Add(
            $"waiting, {count:N0} tasks, median {median} s: {used / wall:P1} of a core in the {wall.TotalSeconds:F0} s from the last acceptance to the last end, polling {reads:F1} times each; "
                + $"{used.TotalMilliseconds / count:F2} ms per task, so {steady:P1} of a core if there are always so many (goal 15 % at 10,000); ordering and submitting took {ordering.Time.TotalSeconds:F0} s, {ordering.Processor.TotalMilliseconds / count:F2} ms per task");
        lines.Add(
            $"waiting, {count:N0} tasks: memory per task {Memory.PerTask(before, waiting, count)} (goal 4 KB); "
                + $"the server holds {waiting.ResidentMegabytes:F0} MB, {waiting.SettledMegabytes:F0} MB after a collection; {before.ResidentMegabytes:F0} and {before.SettledMegabytes:F0} MB before the first");
        Console.WriteLine(lines[^2] + "\n" + lines[^1]);
        return new(used.TotalSeconds, waiting, before);
    }

    private static IEnumerable<string> Grown(int median, List<(int Count, Cost Cost)> found)
    {
        yield return $"waiting, median {median} s: processor seconds grow with the number of tasks to the power of "
            + $"{Growth.Exponent([.. found.Select(point => ((double)point.Count, point.Cost.Seconds))]):F2} (goal 1.05), objects in memory to the power of "
            + $"{Growth.Exponent([.. found.Select(point => ((double)point.Count, point.Cost.Waiting.HeapMegabytes - point.Cost.Before.HeapMegabytes))]):F2}";
        for (var i = 1; i < found.Count; i++)
        {
            var (less, more) = (found[i - 1], found[i]);
            yield return $"waiting, median {median} s: each task from the {less.Count:N0}th to the {more.Count:N0}th takes "
                + $"{(more.Cost.Seconds - less.Cost.Seconds) * 1000 / (more.Count - less.Count):F2} ms of processor time, whatever does not depend on their number left out";
            yield return $"waiting: memory of each task from the {less.Count:N0}th to the {more.Count:N0}th: "
                + Memory.PerTask(less.Cost.Waiting, more.Cost.Waiting, more.Count - less.Count);
        }
    }

    private sealed record Cost(double Seconds, Memory Waiting, Memory Before);
}
