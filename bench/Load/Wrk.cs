using System.Globalization;
using System.Text.RegularExpressions;

namespace Reelay.Load;

/// <summary>What one run of wrk saw.</summary>
/// <param name="RequestCount">Answers received to their end.</param>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="MegabytesPerSecond">Bytes received, headers included, in 1,000,000 per second.</param>
/// <param name="P99Milliseconds">99 of 100 answers took at most this long.</param>
internal sealed record WrkResult(long RequestCount, double PerSecond, double MegabytesPerSecond, double P99Milliseconds);

/// <summary>Loads a server with wrk, on one thread.</summary>
internal static partial class Wrk
{
    /// <summary>Runs wrk.</summary>
    /// <param name="script">A Lua script, or null.</param>
    /// <exception cref="InvalidOperationException">Any answer was not a success, or a connection broke.</exception>
    public static WrkResult Run(string url, int connectionCount, int seconds, string? script = null)
    {
        List<string> arguments =
            ["-t1", $"-c{connectionCount}", $"-d{seconds}s", "--latency", "--timeout", "10s", "-H", "Authorization: Bearer " + Gateway.Secret];
        if (script is not null) arguments.AddRange(["-s", script]);
        var text = Tool.Run("wrk", [.. arguments, url]);
        if (text.Contains("Non-2xx") || text.Contains("Socket errors")) throw new InvalidOperationException($"{url} did not answer well:\n{text}");
        var total = Totals().Match(text);
        var tail = Tail().Match(text);
        if (!total.Success || !tail.Success) throw new InvalidOperationException("wrk said something unexpected:\n" + text);
        return new WrkResult(
            long.Parse(total.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            Number(Rate().Match(text).Groups[1]),
            Megabytes(Transfer().Match(text)),
            Milliseconds(tail));
    }

    // wrk's K, M and G are powers of 1,024.
    private static double Megabytes(Match match) => Number(match.Groups[1]) * (match.Groups[2].Value switch
    {
        "GB" => 1 << 30,
        "MB" => 1 << 20,
        "KB" => 1 << 10,
        _ => 1,
    }) / 1e6;

    private static double Milliseconds(Match match) => Number(match.Groups[1]) * (match.Groups[2].Value switch
    {
        "us" => 0.001,
        "ms" => 1,
        _ => 1000,
    });

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Totals();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"Transfer/sec:\s+([\d.]+)([KMG]?B)")]
    private static partial Regex Transfer();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Tail();
}
