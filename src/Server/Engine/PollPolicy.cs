using Reelay.Server.Engine.Polling;

namespace Reelay.Server.Engine;

/// <summary>When to look again at an order that an upstream works on: pure.</summary>
/// <remarks>
/// A read is worth a fixed lag. Between two looks the lag grows with the square of the pause and with the rate at which results come (the
/// hazard: those that come now, of those that are not there yet), so the best density of looks is the square root of hazard / (2 × price).
/// The next look is where that density has added up to one. See <c>docs/decisions</c>; a test compares it with the best schedule there is.
/// </remarks>
internal static class PollPolicy
{
    /// <summary>Lag in seconds that one read is worth, for results that take a minute or longer: about 8 reads at a minute.</summary>
    private const double Price = 0.32;
    private const double FullPriceSeconds = 60;
    private const double Jitter = 0.1;

    /// <summary>Longest pause, whatever is expected.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Longest pause that an upstream is granted by its own words.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(10);

    /// <summary>The time of the next poll, after acceptance.</summary>
    /// <param name="last">When the last poll was, after acceptance; zero before the first.</param>
    /// <param name="curve">How long it may take.</param>
    /// <param name="chance">A fraction from 0 to 1, for jitter of a tenth.</param>
    public static TimeSpan Next(TimeSpan last, DurationCurve curve, double chance)
    {
        var from = Math.Clamp(last.TotalSeconds, 0, DurationCurve.Longest);

        // Results that come within seconds are worth more haste, as long as they do come within seconds.
        var price = Price * Math.Min(1, Math.Max(curve.Median, from / 2) / FullPriceSeconds);
        var wanted = (1 - Jitter + (2 * Jitter * chance)) * Math.Sqrt(2 * price);
        var next = Walk(curve, from, wanted) - from;

        // The first look may be late; after it nothing is left to chance for longer than a minute.
        if (from > 0 && !(next < LongestPause.TotalSeconds)) next = LongestPause.TotalSeconds * (1 - (Jitter * chance));
        return last + TimeSpan.FromSeconds(next);
    }

    /// <summary>The pause before the next poll.</summary>
    /// <param name="elapsed">Since the upstream accepted; anything below zero counts as zero.</param>
    /// <param name="curve">How long it may take.</param>
    /// <param name="least">The channel's own least pause.</param>
    /// <param name="asked">What the upstream asked for, if it did.</param>
    /// <param name="chance">A fraction from 0 to 1, for jitter of a tenth.</param>
    public static TimeSpan Pause(TimeSpan elapsed, DurationCurve curve, TimeSpan least, TimeSpan? asked, double chance)
    {
        if (elapsed < TimeSpan.Zero) elapsed = TimeSpan.Zero;
        var pause = Next(elapsed, curve, chance) - elapsed;
        if (asked > pause) pause = asked.Value < LongestAsked ? asked.Value : LongestAsked;
        return pause < least ? least : pause;
    }

    private static double Walk(DurationCurve curve, double from, double wanted)
    {
        var ended = curve.Ended(from);
        for (var bucket = DurationCurve.BucketOf(from); bucket < DurationCurve.BucketCount - 1; bucket++)
        {
            var begin = Math.Max(from, DurationCurve.BeginOf(bucket));
            var width = DurationCurve.EndOf(bucket) - begin;
            var density = curve.Density(bucket);
            var middle = 1 - ended - (density * width / 2);
            var rate = middle > 1e-12 ? Math.Sqrt(density / middle) : 0;
            if (rate * width >= wanted) return begin + (wanted / rate);
            wanted -= rate * width;
            ended += density * width;
        }

        return DurationCurve.Longest;
    }
}
