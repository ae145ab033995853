using System.Globalization;

namespace Reelay.Server.Engine.Polling;

/// <summary>How long the last results of one upstream model took: weights per bucket of <see cref="DurationCurve"/>. Not thread-safe.</summary>
internal sealed class DurationHistogram
{
    /// <summary>Before this many results the assumption holds.</summary>
    public const int LeastCount = 8;

    // Older results count less and less, as if only so many were remembered: an upstream that changes is relearned within some hundred.
    private const float Memory = 200;

    // How much of a result is spread evenly over the time in which it may have come; the rest follows what is known. For a result that the
    // first poll found nothing else says how early it was, and a wrong assumption must be able to move down.
    private const double EvenAtFirst = 0.5;
    private const double Even = 0.1;

    private readonly float[] _weights = new float[DurationCurve.BucketCount];

    /// <summary>Results remembered, as a weight.</summary>
    public double Count => _weights.Sum();

    /// <summary>Notes a result that came after one time and not after another.</summary>
    /// <param name="from">Seconds at which it was not there yet; 0 if nobody had looked.</param>
    /// <param name="until">Seconds at which it was there.</param>
    /// <param name="known">What is known so far: where in the span the result probably came.</param>
    public void Add(double from, double until, DurationCurve known)
    {
        until = Math.Clamp(until, 0.001, DurationCurve.Longest);
        from = Math.Clamp(from, 0, until - 0.001);
        Fade();
        double expected = 0;
        for (var bucket = DurationCurve.BucketOf(from); bucket < DurationCurve.BucketCount && DurationCurve.BeginOf(bucket) < until; bucket++)
        {
            expected += Overlap(bucket, from, until) * known.Density(bucket);
        }

        var even = expected > 0 ? from == 0 ? EvenAtFirst : Even : 1;
        for (var bucket = DurationCurve.BucketOf(from); bucket < DurationCurve.BucketCount && DurationCurve.BeginOf(bucket) < until; bucket++)
        {
            var overlap = Overlap(bucket, from, until);
            _weights[bucket] += (float)(even * overlap / (until - from));
            if (even < 1) _weights[bucket] += (float)((1 - even) * overlap * known.Density(bucket) / expected);
        }
    }

    /// <summary>What it says.</summary>
    public DurationCurve ToCurve() => DurationCurve.Learned(_weights);

    /// <summary>As text: <c>bucket:weight</c>, separated by blanks, without the empty ones.</summary>
    public override string ToString() => string.Join(' ', _weights
        .Select((weight, bucket) => (weight, bucket))
        .Where(pair => pair.weight >= 0.001)
        .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.bucket}:{pair.weight:0.###}")));

    /// <summary>Reads what <see cref="ToString"/> wrote; what makes no sense is left out.</summary>
    public static DurationHistogram Parse(string text)
    {
        var histogram = new DurationHistogram();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':');
            if (colon > 0
                && int.TryParse(part.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var bucket) && bucket < DurationCurve.BucketCount
                && float.TryParse(part.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight is > 0 and <= Memory)
            {
                histogram._weights[bucket] = weight;
            }
        }

        return histogram;
    }

    private static double Overlap(int bucket, double from, double until) =>
        Math.Min(until, DurationCurve.EndOf(bucket)) - Math.Max(from, DurationCurve.BeginOf(bucket));

    private void Fade()
    {
        var count = (float)Count;
        if (count <= Memory - 1) return;
        var factor = (Memory - 1) / count;
        for (var bucket = 0; bucket < _weights.Length; bucket++) _weights[bucket] *= factor;
    }
}
