namespace Reelay.Load.Polling;

/// <summary>Many tasks that are polled as usual and never end: what waiting alone costs, without fetching and storing.</summary>
internal sealed class WaitingRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "waiting";

    // Nearly all reads of a task fall into this time, counted in medians; those of real ones end sooner.
    private const double Medians = 2;
    private const double Never = 100_000;

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
        await using var upstream = await References.StartAsync(workplace, "upstream", workplace.Clip);
        var data = Learned.Copy(workplace, learned, Name);
        await using var server = await Gateway.StartAsync(workplace, data, null, ChannelSettings.Of(upstream.BaseUrl, median), Memory.Settings(workplace));
        var renders = new Renders(data, upstream, server, seed: 11);
        var before = await Memory.OfAsync(workplace, server);
        await renders.OrderAsync(count, median * Never);
        var waiting = await Memory.OfAsync(workplace, server);
        var from = (Processor: server.ProcessorTime, Reads: await renders.ReadCountAsync(), At: TimeProvider.System.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(Medians * median), TimeProvider.System);
        var used = server.ProcessorTime - from.Processor;
        var wall = TimeProvider.System.GetElapsedTime(from.At);
        var reads = (double)(await renders.ReadCountAsync() - from.Reads) / count;
        var after = await Memory.OfAsync(workplace, server);
        lines.Add(
            $"waiting, {count:N0} tasks that do not end, median {median} s expected: {used / wall:P1} of a core in the first {wall.TotalSeconds:F0} s with {reads:F1} reads per task "
                + $"(goal 15 % at 10,000); {used.TotalMilliseconds / count:F2} ms per task");
        lines.Add(
            $"waiting, {count:N0} tasks: memory per task {Memory.PerTask(before, waiting, count)} (goal 4 KB); after the polls {Memory.PerTask(before, after, count)}; "
                + $"the server holds {after.ResidentMegabytes:F0} MB, {before.ResidentMegabytes:F0} MB before the first");
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
            yield return $"waiting: memory of each task from the {less.Count:N0}th to the {more.Count:N0}th: "
                + Memory.PerTask(less.Cost.Waiting, more.Cost.Waiting, more.Count - less.Count);
        }
    }

    private sealed record Cost(double Seconds, Memory Waiting, Memory Before);
}
