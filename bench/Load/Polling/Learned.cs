using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Reelay.Load.Polling;

/// <summary>A data folder whose server has learned how long the upstream takes, so that runs need not begin with their own warm-up.</summary>
/// <remarks>
/// A warm-up at the full median takes longer than the run itself. So renders are ordered whose median is halved until it is at most ten
/// seconds, and what was learned is moved up by as many doublings before the measured servers start: buckets are eighths of a doubling
/// (<c>DurationCurve</c>).
/// </remarks>
internal static class Learned
{
    private const int PerChannel = 60;
    private const int BucketsPerDoubling = 8;
    private const double LongestMedian = 10;

    /// <summary>Makes the folder.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> MakeAsync(Workplace workplace, string clip, double median)
    {
        var doublings = Math.Max(0, (int)Math.Ceiling(Math.Log2(median / LongestMedian)));
        var quick = median / Math.Pow(2, doublings);
        var data = workplace.NewFolder("learned");
        await using (var upstream = await References.StartAsync(workplace, "upstream", clip))
        await using (var server = await Gateway.StartAsync(workplace, data, null, ChannelSettings.Of(upstream.BaseUrl, quick)))
        {
            var renders = new Renders(data, upstream, server, seed: 7);
            await renders.OrderAsync(PerChannel * ChannelSettings.Count, quick);
            await renders.UntilFinishedAsync();

            // A result counts a while after its order's acceptance: see the decision about learned polling. What counts is written every 5 s.
            await Task.Delay(TimeSpan.FromSeconds((1.3 * quick) + 6), TimeProvider.System);
        }

        MoveUp(data, doublings * BucketsPerDoubling);
        return data;
    }

    /// <summary>A copy of the folder for one server.</summary>
    public static string Copy(Workplace workplace, string learned, string name)
    {
        var folder = workplace.NewFolder(name);
        foreach (var file in Directory.EnumerateFiles(learned)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static void MoveUp(string data, int buckets)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "reelay.db")};Pooling=False");
        connection.Open();
        var rows = new List<(string Channel, string Weights)>();
        using (var read = connection.CreateCommand())
        {
            read.CommandText = "SELECT channel_id, weights FROM durations";
            using var row = read.ExecuteReader();
            while (row.Read()) rows.Add((row.GetString(0), row.GetString(1)));
        }

        if (rows.Count != ChannelSettings.Count) throw new InvalidOperationException($"{rows.Count} channels have learned something, not {ChannelSettings.Count}.");
        foreach (var (channel, weights) in rows)
        {
            using var write = connection.CreateCommand();
            write.CommandText = "UPDATE durations SET weights = $weights WHERE channel_id = $channel";
            write.Parameters.AddWithValue("$weights", string.Join(' ', weights.Split(' ').Select(part =>
            {
                var colon = part.IndexOf(':');
                return (int.Parse(part[..colon], CultureInfo.InvariantCulture) + buckets) + part[colon..];
            })));
            write.Parameters.AddWithValue("$channel", channel);
            write.ExecuteNonQuery();
        }
    }
}
