namespace Reelay.Load;

/// <summary>The best times to look for a result whose duration is log-normal: what any schedule can be compared with.</summary>
/// <remarks>Dynamic programming over a grid: least expected lag plus a price per look. The price is searched that gives the wanted looks.</remarks>
internal static class BestSchedule
{
    private const int StepCount = 400;
    private const double MaxDeviations = 4.5;

    /// <summary>What a schedule costs.</summary>
    /// <param name="LagSeconds">Expected time from a result until the look that finds it.</param>
    /// <param name="ReadCount">Expected looks.</param>
    internal readonly record struct Cost(double LagSeconds, double ReadCount);

    /// <summary>Expected cost of looking at some times, ascending, the last far behind every result.</summary>
    public static Cost Of(IEnumerable<double> times, double median, double sigma)
    {
        double lag = 0, reads = 0, before = 0;
        foreach (var time in times)
        {
            const int Parts = 40;
            var width = (time - before) / Parts;
            var ended = Ended(before, median, sigma);
            double sum = 0;
            for (var i = 0; i <= Parts; i++)
            {
                sum += (i is 0 or Parts ? 1 : i % 2 == 0 ? 2 : 4) * (Ended(before + (i * width), median, sigma) - ended);
            }

            lag += sum * width / 3;
            reads += 1 - ended;
            before = time;
        }

        return new(lag, reads);
    }

    /// <summary>The least expected lag with at most so many expected looks.</summary>
    /// <param name="median">Seconds.</param>
    /// <param name="sigma">Spread of the logarithm.</param>
    /// <param name="reads">Expected looks.</param>
    /// <param name="leastPause">Seconds between two looks.</param>
    public static Cost With(double reads, double median, double sigma, double leastPause)
    {
        double low = 1e-5 * median, high = 10 * median;
        Cost best = default, above = default;
        for (var i = 0; i < 16; i++)
        {
            var price = Math.Sqrt(low * high);
            var found = Of(Cheapest(price, median, sigma, leastPause), median, sigma);
            if (found.ReadCount > reads) (low, above) = (price, found);
            else (high, best) = (price, found);
        }

        // The grid knows steps only; between the two nearest the lag is taken along a line, which is not more than the true least.
        if (above == default || above.ReadCount <= best.ReadCount) return best;
        var share = (reads - best.ReadCount) / (above.ReadCount - best.ReadCount);
        return new(best.LagSeconds + (share * (above.LagSeconds - best.LagSeconds)), reads);
    }

    private static List<double> Cheapest(double price, double median, double sigma, double leastPause)
    {
        var step = median * Math.Exp(MaxDeviations * sigma) / StepCount;
        var ended = new double[StepCount + 1];
        var area = new double[StepCount + 1];
        for (var i = 1; i <= StepCount; i++)
        {
            ended[i] = Ended(i * step, median, sigma);
            area[i] = area[i - 1] + (step * (ended[i - 1] + ended[i]) / 2);
        }

        var least = Math.Max(1, (int)Math.Floor(leastPause / step));
        var cost = new double[StepCount + 1];
        var next = new int[StepCount];
        for (var i = StepCount - 1; i >= 0; i--)
        {
            cost[i] = double.MaxValue;
            for (var j = Math.Min(i + least, StepCount); j <= StepCount; j++)
            {
                var total = area[j] - area[i] - (ended[i] * (j - i) * step) + (price * (1 - ended[i])) + cost[j];
                if (total < cost[i]) (cost[i], next[i]) = (total, j);
            }
        }

        var times = new List<double>();
        for (var i = 0; i < StepCount; i = next[i]) times.Add(next[i] * step);
        return times;
    }

    private static double Ended(double seconds, double median, double sigma) => seconds <= 0 ? 0 : Normal(Math.Log(seconds / median) / sigma);

    // Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: off by less than 7.5e-8.
    private static double Normal(double z)
    {
        var k = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var polynomial = k * (0.319381530 + (k * (-0.356563782 + (k * (1.781477937 + (k * (-1.821255978 + (k * 1.330274429))))))));
        var upper = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
        return z > 0 ? 1 - upper : upper;
    }
}
