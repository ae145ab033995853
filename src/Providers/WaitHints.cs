using System.Globalization;
using System.Net.Http.Headers;

namespace Reelay.Providers;

/// <summary>How long an upstream asks to wait, read from the headers of its answer.</summary>
public static class WaitHints
{
    /// <summary>Longer requests are cut to this.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromDays(1);

    /// <summary>Reads <c>retry-after-ms</c>, else <c>Retry-After</c> in seconds or as a date; null if neither says anything.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, TimeProvider time)
    {
        if (Milliseconds(headers, "retry-after-ms") is { } exact)
            return exact;
        if (First(headers, "Retry-After") is not { } text)
            return null;
        if (Number(text) is { } seconds)
            return Bounded(seconds * 1000);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Bounded((decimal)(date - time.GetUtcNow()).TotalMilliseconds)
            : null;
    }

    /// <summary>Reads <c>openai-poll-after-ms</c>, else what <see cref="RetryAfter"/> finds.</summary>
    public static TimeSpan? PollAfter(HttpResponseHeaders headers, TimeProvider time) =>
        Milliseconds(headers, "openai-poll-after-ms") ?? RetryAfter(headers, time);

    private static TimeSpan? Milliseconds(HttpResponseHeaders headers, string name) =>
        First(headers, name) is { } text && Number(text) is { } milliseconds ? Bounded(milliseconds) : null;

    private static string? First(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number is > -1e12m and < 1e12m ? number : null;

    private static TimeSpan Bounded(decimal milliseconds) =>
        TimeSpan.FromMilliseconds((double)Math.Clamp(milliseconds, 0, (decimal)MaxWait.TotalMilliseconds));
}
