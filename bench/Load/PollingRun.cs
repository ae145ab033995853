using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Storage;

namespace Reelay.Load;

/// <summary>Many renders of log-normal length at one upstream: how late each is completed here, what that costs in reads, memory and processor.</summary>
/// <remarks>
/// Lag is from the upstream's own end of a render to the task's end in its row, in milliseconds. Reads are counted by the upstream. No other
/// program takes part, but arithmetic: the best schedule with the same number of reads.
/// </remarks>
internal static class PollingRun
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "polling";

    private const double Sigma = 0.25;
    private const int Concurrency = 64;
    private const int WarmUpCount = 200;
    private const int PromptLength = 200;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs it.</summary>
    /// <returns>Its figures, a line each.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(Workplace workplace, int count, int medianSeconds)
    {
        var clip = Path.Combine(workplace.Root, "src", "Simulators", "standin.mp4");
        await using var upstream = await References.StartAsync(workplace, "upstream", clip);
        var data = workplace.NewFolder(Name);
        await using var server = await Gateway.StartAsync(workplace, data, upstream.BaseUrl, new Dictionary<string, string>
        {
            ["Reelay__Channels__sandbox_openai__MaxInFlight"] = "100000",
            ["Reelay__Channels__sandbox_openai__ExpectedSeconds"] = medianSeconds.ToString(CultureInfo.InvariantCulture),
            ["Reelay__Channels__sandbox_openai__MinPollMilliseconds"] = Math.Min(1000, medianSeconds * 1000 / 60).ToString(CultureInfo.InvariantCulture),
            ["Reelay__Engine__MaxPollsPerSecond"] = "100000",
            ["Reelay__Engine__MaxConcurrentPolls"] = "1000",
        });
        using var client = Gateway.NewClient(server.BaseUrl);
        using var toUpstream = Gateway.NewClient(upstream.BaseUrl);
        var random = new Random(11);

        // What is learned from these is what the others are polled by.
        var warm = await OrderAsync(client, 0, Math.Min(WarmUpCount, count), medianSeconds, random);
        await UntilFinishedAsync(client, warm.Values);

        // A result counts a while after its order's acceptance: see the decision about learned polling.
        await Task.Delay(TimeSpan.FromSeconds(1.5 * medianSeconds), TimeProvider.System);
        var before = server.ResidentMegabytes;
        var orders = await OrderAsync(client, WarmUpCount, count, medianSeconds, random);
        var waiting = server.ResidentMegabytes - before;
        var usedFrom = server.ProcessorTime;
        var from = TimeProvider.System.GetTimestamp();
        await UntilFinishedAsync(client, orders.Values);
        var wall = TimeProvider.System.GetElapsedTime(from);
        var used = server.ProcessorTime - usedFrom;
        return Report(count, medianSeconds, await MeasureAsync(Path.Combine(data, "reelay.db"), toUpstream, orders), waiting, used / wall);
    }

    // Prompts carry their number, so that the upstream's account of a video and ours can be laid side by side.
    private static async Task<Dictionary<int, string>> OrderAsync(HttpClient client, int first, int count, int median, Random random)
    {
        var bodies = Enumerable.Range(first + 1, count).Select(number => (number, Seconds: median * Math.Exp(Sigma * Gauss(random)))).ToList();
        var ids = new Dictionary<int, string>(count);
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (order, stop) =>
        {
            var prompt = string.Create(CultureInfo.InvariantCulture, $"{order.number} [after:{order.Seconds:F3}] ").PadRight(PromptLength, 'x');
            using var content = JsonContent.Create(new Dictionary<string, string> { ["model"] = "sora-2", ["prompt"] = prompt, ["seconds"] = "4" });
            using var response = await client.PostAsync("/v1/videos", content, stop);
            var video = await ReadAsync(response, stop);
            lock (ids) ids[order.number] = video.GetProperty("id").GetString()!;
        });
        return ids;
    }

    private static async Task UntilFinishedAsync(HttpClient client, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            while (true)
            {
                using var response = await client.GetAsync("/v1/videos/" + id);
                var status = (await ReadAsync(response, default)).GetProperty("status").GetString();
                if (status == "completed") break;
                if (status == "failed") throw new InvalidOperationException($"{id} failed");
                await Task.Delay(Look, TimeProvider.System);
            }
        }
    }

    private static async Task<(List<double> Lags, double Reads)> MeasureAsync(string database, HttpClient toUpstream, Dictionary<int, string> orders)
    {
        var lags = new List<double>(orders.Count);
        double reads = 0;
        var ended = Ends(database);
        var account = (await toUpstream.GetStringAsync("/_bench/videos")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture));
        foreach (var (number, id) in orders)
        {
            lags.Add(ended[id] - double.Parse(account[number][1], CultureInfo.InvariantCulture));
            reads += double.Parse(account[number][2], CultureInfo.InvariantCulture);
        }

        lags.Sort();
        return (lags, reads / orders.Count);
    }

    // Unix seconds by id.
    private static Dictionary<string, double> Ends(string database)
    {
        SqliteLibrary.Init();
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, finished_at FROM tasks";
        using var row = command.ExecuteReader();
        var ends = new Dictionary<string, double>(StringComparer.Ordinal);
        while (row.Read()) ends[row.GetString(0)] = row.GetInt64(1) / 1000.0;
        return ends;
    }

    private static IReadOnlyList<string> Report(int count, int median, (List<double> Lags, double Reads) found, double megabytes, double cores)
    {
        var best = BestSchedule.With(found.Reads, median, Sigma, leastPause: 0);
        var (lags, reads) = found;
        return
        [
            $"polling, {count:N0} tasks, median {median} s, sigma {Sigma}: lag p50 {At(0.5):F2} s, p95 {At(0.95):F2} s, p99 {At(0.99):F2} s, mean {lags.Average():F2} s; "
                + $"{reads:F1} reads per task",
            $"polling: the best schedule with as many reads has a mean lag of {best.LagSeconds:F2} s: {lags.Average() / best.LagSeconds:F2} times (goal 1.2; storing the result included)",
            $"polling: {cores:P0} of a core while waiting and storing; {megabytes * 1024 / count:F1} KB of memory more per waiting task",
        ];

        double At(double share) => lags[Math.Min(lags.Count - 1, (int)(share * lags.Count))];
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var text = await response.Content.ReadAsStringAsync(stop);
        return response.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException(text);
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
