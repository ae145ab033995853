using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Storage;

namespace Reelay.Load.Polling;

/// <summary>One render as both sides tell it.</summary>
/// <param name="Channel">The channel that made it.</param>
/// <param name="LagSeconds">From the upstream's own end of it until the task's end in its row.</param>
/// <param name="FoundSeconds">From the upstream's own end of it until it first told so.</param>
/// <param name="ReadCount">How often the upstream was asked.</param>
internal sealed record Render(string Channel, double LagSeconds, double FoundSeconds, int ReadCount);

/// <summary>Orders whose renders take log-normal times, and what became of them.</summary>
internal sealed class Renders(string data, ServerProcess upstream, ServerProcess server, int seed)
{
    /// <summary>Spread of the logarithm of the durations.</summary>
    public const double Sigma = 0.25;

    /// <summary>In a prompt: the upstream ends it without a result.</summary>
    public const string Rejected = "[rejected]";

    private const int Concurrency = 64;
    private const int PromptLength = 200;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private int _first;
    private int _last;

    /// <summary>Orders so many at once, as fast as they are answered; returns when the upstream has them all, or a finished one of theirs.</summary>
    /// <remarks>Prompts carry their number, so that the upstream's account of a video and ours can be laid side by side.</remarks>
    public async Task OrderAsync(int count, double median, string model = "sora-2", string seconds = "4", string mark = "")
    {
        using var client = Gateway.NewClient(server.BaseUrl);
        var first = _last;
        _last += count;
        var bodies = Enumerable.Range(first + 1, count).Select(number => (number, Seconds: median * Math.Exp(Sigma * Gauss()))).ToList();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (order, stop) =>
        {
            var prompt = string.Create(CultureInfo.InvariantCulture, $"{order.number} [after:{order.Seconds:F3}]{mark} ").PadRight(PromptLength, 'x');
            using var content = JsonContent.Create(new Dictionary<string, string> { ["model"] = model, ["prompt"] = prompt, ["seconds"] = seconds });
            using var response = await client.PostAsync("/v1/videos", content, stop);
            var text = await response.Content.ReadAsStringAsync(stop);
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException(text);
            var id = JsonElement.Parse(text).GetProperty("id").GetString()!;
            lock (_numbers) _numbers[id] = order.number;
        });
        await UntilAsync("phase IN ('accepted', 'submitting')", 0);
    }

    /// <summary>What was ordered so far is not measured.</summary>
    public void ForgetOrdered()
    {
        _numbers.Clear();
        _first = _last;
    }

    /// <summary>Returns when no more than so many are unfinished. The rows are asked, not the server, which has other things to do.</summary>
    public Task UntilFinishedAsync(int leftOver = 0) => UntilAsync("finished_at IS NULL", leftOver);

    /// <summary>What became of the finished ones.</summary>
    public async Task<IReadOnlyList<Render>> MeasureAsync()
    {
        var account = (await ToldAsync()).Where(parts => Number(parts[3]) > 0).ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture));
        var renders = new List<Render>();
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT t.id, t.finished_at, t.phase, a.channel_id FROM tasks t JOIN attempts a ON a.task_id = t.id AND a.number = t.attempt_count WHERE t.finished_at IS NOT NULL";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            if (!_numbers.TryGetValue(row.GetString(0), out var number)) continue;
            if (row.GetString(2) != "completed") throw new InvalidOperationException($"{row.GetString(0)} failed");
            var told = account[number];
            var end = Number(told[1]);
            renders.Add(new Render(
                row.GetString(3), (row.GetInt64(1) / 1000.0) - end, Number(told[3]) - end, int.Parse(told[2], CultureInfo.InvariantCulture)));
        }

        return renders;
    }

    /// <summary>Tasks whose last attempt is one channel's.</summary>
    public int CountOf(string channel)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT count(*) FROM tasks t JOIN attempts a ON a.task_id = t.id AND a.number = t.attempt_count WHERE t.finished_at IS NULL AND a.channel_id = $channel";
        command.Parameters.AddWithValue("$channel", channel);
        return (int)(long)command.ExecuteScalar()!;
    }

    /// <summary>Reads of all videos so far, as the upstream counts them.</summary>
    public async Task<int> ReadCountAsync() => (await ToldAsync()).Sum(parts => int.Parse(parts[2], CultureInfo.InvariantCulture));

    // Per video that counts: number, end, reads, when its end was told.
    private async Task<List<string[]>> ToldAsync()
    {
        using var client = Gateway.NewClient(upstream.BaseUrl);
        return [.. (await client.GetStringAsync("/_bench/videos")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).Where(parts => int.Parse(parts[0], CultureInfo.InvariantCulture) > _first)];
    }

    private async Task UntilAsync(string condition, int most)
    {
        SqliteLibrary.Init();
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM tasks WHERE finished_at IS NULL AND {condition}";
        var (left, since) = (long.MaxValue, TimeProvider.System.GetTimestamp());
        while (true)
        {
            var now = (long)command.ExecuteScalar()!;
            if (now <= most) return;
            if (now < left) (left, since) = (now, TimeProvider.System.GetTimestamp());
            if (TimeProvider.System.GetElapsedTime(since) > Patience) throw new InvalidOperationException($"{now} tasks do not go on");
            await Task.Delay(Look, TimeProvider.System);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(data, "reelay.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
