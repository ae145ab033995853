using System.Globalization;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Api.Billing;

/// <summary>What lists of money take in their query.</summary>
internal static class BillingQuery
{
    private const int MaxLimit = 1000;

    /// <summary><c>limit</c>: 1 to 1,000, 100 by default.</summary>
    public static (int Limit, ApiError? Error) Limit(HttpRequest request)
    {
        if ((string?)request.Query["limit"] is not { } text) return (100, null);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? (limit, null)
            : (0, ApiError.Invalid("invalid_limit", "limit", $"limit must be a whole number from 1 to {MaxLimit}, not '{Shown.Value(text)}'."));
    }

    /// <summary>A moment: Unix seconds, or a day of UTC as <c>yyyy-MM-dd</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name"><c>from</c> or <c>to</c>.</param>
    /// <param name="isEnd">Whether a day means its end.</param>
    /// <returns>Unix milliseconds, or null if it is not there.</returns>
    public static (long? Milliseconds, ApiError? Error) Moment(HttpRequest request, string name, bool isEnd)
    {
        if ((string?)request.Query[name] is not { Length: > 0 } text) return (null, null);
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            var start = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
            return (isEnd ? start + (long)TimeSpan.FromDays(1).TotalMilliseconds : start, null);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799 ? (seconds * 1000, null)
            : (null, ApiError.Invalid($"invalid_{name}", name, $"{name} must be a day such as 2026-11-21 or Unix seconds, not '{Shown.Value(text)}'."));
    }
}
