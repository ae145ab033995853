namespace Reelay.Server.Engine.Polling;

/// <summary>How long an upstream takes from acceptance to result, as a distribution: assumed, or learned. Immutable; times are seconds.</summary>
/// <remarks>
/// Mass lies in buckets that grow by an eighth of a doubling, evenly within each. A small part is always a heavy tail over all times: so a
/// wrong assumption costs polls that grow further apart, never a stall.
/// </remarks>
internal sealed class DurationCurve
{
    /// <summary>Number of buckets; the last has no upper end.</summary>
    public const int BucketCount = 185;

    private const int PerDoubling = 8;
    private const double FirstEdge = 0.01;

    // Nothing is known of an assumption but its middle; what is learned replaces it after a few results.
    private const double AssumedSpread = 0.5;
    private const double AssumedDoubt = 0.05;
    private const double LeastDoubt = 0.002;

    // The learned buckets are evened out by this many results that follow the log-normal of the same mean and spread.
    private const double Smoothing = 16;
    private const double LeastSpread = 0.03;

    private static readonly double[] Edges = [0, .. Enumerable.Range(0, BucketCount - 1).Select(i => FirstEdge * Math.Pow(2, (double)i / PerDoubling))];

    // Share that has ended by each edge.
    private readonly double[] _ended;

    private DurationCurve(double[] weights, double doubt)
    {
        Median = QuantileOf(weights, 0.5);
        _ended = new double[BucketCount];
        var total = weights.Sum();
        double sum = 0;
        for (var i = 0; i < BucketCount; i++)
        {
            var inTail = 1 - Math.Sqrt(Median / (Median + Edges[i]));
            _ended[i] = ((1 - doubt) * sum / total) + (doubt * inTail);
            sum += weights[i];
        }
    }

    /// <summary>Half of the results are there after this time.</summary>
    public double Median { get; }

    /// <summary>Longest time that is told apart from longer ones.</summary>
    public static double Longest => Edges[^1];

    /// <summary>Before anything is learned: log-normal around a usual time.</summary>
    public static DurationCurve Assumed(double seconds) =>
        new(LogNormal(Math.Log(Math.Clamp(seconds, FirstEdge, Longest)), AssumedSpread), AssumedDoubt);

    /// <summary>From the weights of results per bucket; at least one must be positive.</summary>
    public static DurationCurve Learned(ReadOnlySpan<float> results)
    {
        double total = 0, mean = 0, square = 0;
        for (var i = 0; i < BucketCount; i++)
        {
            var x = Math.Log(i == 0 ? FirstEdge / 2 : i == BucketCount - 1 ? Longest : (Edges[i] + Edges[i + 1]) / 2);
            total += results[i];
            mean += results[i] * x;
            square += results[i] * x * x;
        }

        mean /= total;
        var spread = Math.Sqrt(Math.Max(0, (square / total) - (mean * mean)));
        var weights = LogNormal(mean, Math.Max(spread, LeastSpread));
        for (var i = 0; i < BucketCount; i++) weights[i] = (weights[i] * Smoothing) + results[i];
        return new(weights, Math.Max(LeastDoubt, 0.5 / (total + 10)));
    }

    /// <summary>The bucket a time falls into.</summary>
    public static int BucketOf(double seconds)
    {
        if (!(seconds >= FirstEdge)) return 0;
        var guess = Math.Clamp(1 + (int)(Math.Log2(seconds / FirstEdge) * PerDoubling), 1, BucketCount - 1);
        while (guess < BucketCount - 1 && Edges[guess + 1] <= seconds) guess++;
        while (Edges[guess] > seconds) guess--;
        return guess;
    }

    /// <summary>Begin of a bucket in seconds.</summary>
    public static double BeginOf(int bucket) => Edges[bucket];

    /// <summary>End of a bucket in seconds; infinite for the last.</summary>
    public static double EndOf(int bucket) => bucket < BucketCount - 1 ? Edges[bucket + 1] : double.PositiveInfinity;

    /// <summary>Results per second within a bucket.</summary>
    public double Density(int bucket) =>
        bucket < BucketCount - 1 ? (_ended[bucket + 1] - _ended[bucket]) / (Edges[bucket + 1] - Edges[bucket]) : 0;

    /// <summary>Share of results that are there after a time.</summary>
    public double Ended(double seconds)
    {
        var bucket = BucketOf(seconds);
        return Math.Min(1, _ended[bucket] + (Density(bucket) * (seconds - Edges[bucket])));
    }

    /// <summary>When half of those that are not there after a time will be; at least that time.</summary>
    public double MedianAfter(double seconds)
    {
        var wanted = (1 + Ended(seconds)) / 2;
        for (var bucket = BucketOf(seconds); bucket < BucketCount - 1; bucket++)
        {
            if (_ended[bucket + 1] >= wanted) return Math.Max(seconds, Edges[bucket] + ((wanted - _ended[bucket]) / Density(bucket)));
        }

        return Math.Max(seconds, Longest);
    }

    private static double QuantileOf(double[] weights, double share)
    {
        var left = weights.Sum() * share;
        for (var i = 0; i < BucketCount - 1; i++)
        {
            if (weights[i] > 0 && left <= weights[i]) return Edges[i] + ((Edges[i + 1] - Edges[i]) * left / weights[i]);
            left -= weights[i];
        }

        return Longest;
    }

    private static double[] LogNormal(double mean, double spread)
    {
        var weights = new double[BucketCount];
        double before = 0;
        for (var i = 0; i < BucketCount; i++)
        {
            var until = i == BucketCount - 1 ? 1 : Normal((Math.Log(Edges[i + 1]) - mean) / spread);
            weights[i] = until - before;
            before = until;
        }

        return weights;
    }

    // Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: off by less than 7.5e-8.
    private static double Normal(double z)
    {
        var k = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var polynomial = k * (0.319381530 + (k * (-0.356563782 + (k * (1.781477937 + (k * (-1.821255978 + (k * 1.330274429))))))));
        var upper = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
        return z > 0 ? 1 - upper : upper;
    }
}
