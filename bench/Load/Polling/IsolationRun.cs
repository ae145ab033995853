namespace Reelay.Load.Polling;

/// <summary>Ten channels of which one does harm: what the other nine notice of it.</summary>
internal sealed class IsolationRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "isolation";

    /// <summary>Runs without a bad channel several times, then with one that finishes nothing, and with one that answers no read.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var lines = new List<string>();
        foreach (var median in options.MediansSeconds)
        {
            var learned = await Learned.MakeAsync(workplace, workplace.Clip, median);
            foreach (var count in options.TaskCounts) lines.Add(await RunAsync(learned, count, median));
        }

        return lines;
    }

    private async Task<string> RunAsync(string learned, int count, int median)
    {
        // The bad ones stand in the middle, so that whatever else the machine does meets them all.
        var plain = new List<double>();
        double endless = 0, hanging = 0;
        for (var round = 0; round < options.RoundCount; round++)
        {
            plain.Add(await OnceAsync(learned, count, median, null, round));
            if (round == options.RoundCount / 2) endless = await OnceAsync(learned, count, median, "endless", 0);
            if (round == options.RoundCount / 2) hanging = await OnceAsync(learned, count, median, "hanging", 0);
        }

        var (least, most) = (plain.Min(), plain.Max());
        return $"isolation, {count:N0} tasks, median {median} s: p95 lag of nine channels {least:F2} to {most:F2} s in {plain.Count} runs of ten good ones; "
            + $"{endless:F2} s while the tenth never finishes ({Verdict(endless)}), {hanging:F2} s while it answers no read ({Verdict(hanging)})";

        string Verdict(double lag) => lag <= most ? "within the spread" : "above the spread";
    }

    private async Task<double> OnceAsync(string learned, int count, int median, string? bad, int round)
    {
        await using var site = await PollingSite.StartAsync(workplace, learned, median, seed: 11 + round, bad: bad, isWarm: false);
        var renders = site.Renders;
        await renders.OrderAsync(count, median);
        await renders.UntilFinishedAsync(bad is null ? 0 : renders.CountOf(ChannelSettings.Name(0)));
        var good = (await renders.MeasureAsync()).Where(render => render.Channel != ChannelSettings.Name(0)).ToList();
        var lags = new Lags(good.Select(render => render.LagSeconds));
        Console.WriteLine($"{Name}: {bad ?? "plain"}: {lags.Count} renders of nine channels, lag {lags}; until noticed {new Lags(good.Select(render => render.FoundSeconds))}; load average {Machine.LoadAverage}");
        return lags.At(0.95);
    }
}
