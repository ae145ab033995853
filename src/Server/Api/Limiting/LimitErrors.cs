using System.Globalization;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Limiting;

/// <summary>Bounds that an order would pass, in words for its caller.</summary>
internal static class LimitErrors
{
    private const int FinishSeconds = 10;

    /// <summary>The refusal.</summary>
    public static ApiError Of(ReachedLimit limit)
    {
        var whose = limit.IsKeys ? "this key" : "your account";
        if (limit.Kind == LimitKind.TasksInFlight)
        {
            return new(429, "tasks_in_flight_exceeded", $"Of {whose} {limit.Used} videos are unfinished and {limit.Allowed} may be; order again when one has finished.")
            {
                RetryAfterSeconds = FinishSeconds,
            };
        }

        var period = limit.Kind switch { LimitKind.DayBudget => "a day", LimitKind.MonthBudget => "a month", _ => "its whole life" };
        var renews = limit.RenewsAt is { } at
            ? $"It renews at {DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}." : "It does not renew by itself.";
        return new(
            403, "insufficient_user_quota",
            $"The budget of {whose} for {period} does not pay for this video: {Dollars(limit.Used)} of {Dollars(limit.Allowed)} USD are spent or reserved. {renews}")
        {
            ShouldRetry = false,
        };
    }

    private static string Dollars(long micros) => (micros / 1_000_000m).ToString("0.00####", CultureInfo.InvariantCulture);
}
