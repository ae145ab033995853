namespace Reelay.Load.Polling;

/// <summary>Renders at an upstream that calls back: how long after the upstream's end a task is completed.</summary>
internal sealed class CallbackRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "callbacks";

    private const string Model = "kling-v2-5-turbo";

    /// <summary>Runs every size at every median.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var lines = new List<string>();
        foreach (var median in options.MediansSeconds)
        {
            foreach (var count in options.TaskCounts)
            {
                lines.Add(await RunAsync(count, median));
                Console.WriteLine(lines[^1]);
            }
        }

        return lines;
    }

    private async Task<string> RunAsync(int count, int median)
    {
        Console.WriteLine($"{Name}: {count:N0} tasks, median {median} s …");
        await using var upstream = await References.StartAsync(workplace, "upstream", workplace.Clip);
        var data = workplace.NewFolder(Name);
        await using var server = await Gateway.StartAsync(workplace, data, null, ChannelSettings.Of(upstream.BaseUrl, median, "kling"), callsBack: true);
        var renders = new Renders(data, upstream, server, seed: 11);
        await renders.OrderAsync(count, median, Model, "5");
        await renders.UntilFinishedAsync();
        var found = await renders.MeasureAsync();
        return $"callbacks, {count:N0} tasks, median {median} s: lag {new Lags(found.Select(render => render.LagSeconds))} (goal 0.5 s); "
            + $"until the end was noticed, without storing the result: {new Lags(found.Select(render => render.FoundSeconds))}; {found.Average(render => render.ReadCount):F1} reads per task";
    }
}
