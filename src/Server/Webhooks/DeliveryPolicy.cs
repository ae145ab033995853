using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>When a delivery that failed is tried again.</summary>
internal sealed class DeliveryPolicy(WebhookOptions options, Randomness randomness)
{
    private const int MaxDoublings = 30;
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(4);

    /// <summary>The moment of the next try, or null if there is none left.</summary>
    /// <param name="row">The delivery as it was claimed.</param>
    /// <param name="retryAfter">What the receiver asked for, or null.</param>
    /// <param name="now">Unix milliseconds.</param>
    public long? NextAt(DueDelivery row, TimeSpan? retryAfter, long now)
    {
        if (now >= row.GiveUpAt) return null;
        var doublings = Math.Min(row.AttemptCount - row.SeriesFrom, MaxDoublings);
        var usual = Math.Min(options.FirstRetrySeconds * Math.Pow(2, doublings), MaxWait.TotalSeconds);

        // A quarter more or less, so that what failed together does not come back together.
        var wait = TimeSpan.FromSeconds(usual * (0.75 + (randomness.Fraction() / 2)));
        var asked = TimeSpan.FromHours(Math.Min(retryAfter?.TotalHours ?? 0, options.MaxRetryAfterHours));
        return Math.Min(now + (long)(asked > wait ? asked : wait).TotalMilliseconds, row.GiveUpAt);
    }
}
