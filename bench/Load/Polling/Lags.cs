namespace Reelay.Load.Polling;

/// <summary>Lags of many renders, ascending, in seconds.</summary>
internal sealed class Lags(IEnumerable<double> seconds)
{
    private readonly double[] _seconds = [.. seconds.Order()];

    public int Count => _seconds.Length;

    public double Mean => _seconds.Average();

    /// <summary>The lag that a share of them does not exceed.</summary>
    public double At(double share) => _seconds[Math.Min(_seconds.Length - 1, (int)(share * _seconds.Length))];

    public override string ToString() => $"p50 {At(0.5):F2} s, p95 {At(0.95):F2} s, p99 {At(0.99):F2} s, mean {Mean:F2} s";
}

/// <summary>How something grows with the number of tasks.</summary>
internal static class Growth
{
    /// <summary>The slope of a line through the points in logarithms: 1 is linear.</summary>
    public static double Exponent(IReadOnlyList<(double Count, double Cost)> points)
    {
        var x = points.Select(point => Math.Log(point.Count)).ToList();
        var y = points.Select(point => Math.Log(point.Cost)).ToList();
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
