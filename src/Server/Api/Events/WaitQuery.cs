using System.Globalization;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Api.Events;

/// <summary>Reads how long a caller wants to wait for the end of a task.</summary>
internal static class WaitQuery
{
    /// <summary>Longest wait, in seconds: below the 100 seconds after which a common SDK gives up.</summary>
    public const int MaxSeconds = 60;

    /// <summary>Reads <c>wait</c>.</summary>
    /// <returns>Zero to 60 seconds, or why not.</returns>
    public static (TimeSpan Value, ApiError? Error) Read(HttpRequest request)
    {
        var values = request.Query["wait"];
        if (values.Count == 0) return (TimeSpan.Zero, null);
        var text = values.ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxSeconds
            ? (TimeSpan.FromSeconds(seconds), null)
            : (default, ApiError.Invalid("invalid_wait", "wait", $"wait must be a whole number of seconds from 0 to {MaxSeconds}, not '{Shown.Value(text)}'."));
    }
}
