using System.Globalization;
using System.Text.RegularExpressions;
using Reelay.Load.Polling;

namespace Reelay.Load.Cluster;

/// <summary>A node is killed; another claims its shards. How long it takes from that claim until every task of theirs is driven there.</summary>
internal sealed partial class ClaimRun(Workplace workplace, BenchOptions options)
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "claim";

    private const int MedianSeconds = 600;
    private const int Concurrency = 64;
    private const int LifeCount = 2000;
    private const string Wal = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs every size, <c>--rounds</c> times each.</summary>
    /// <returns>Its figures, a line each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var lines = new List<string>();
        await using var postgres = await BenchPostgres.StartAsync(workplace);
        await using var upstream = await References.StartAsync(workplace, "upstream", workplace.Clip);
        lines.Add(await LifeAsync(postgres, upstream));
        foreach (var count in options.TaskCounts)
        {
            var (loads, gaps) = (new List<double>(), new List<double>());
            for (var round = 1; round <= options.RoundCount; round++)
            {
                var (load, gap) = await RunAsync(postgres, upstream, count);
                loads.Add(load);
                gaps.Add(gap);
                Console.WriteLine($"{Name}: {count:N0} tasks driven {load:N0} ms after the claim, which came {gap:N0} ms after the kill");
            }

            lines.Add($"claim, {count:N0} submitted tasks of a killed node: all driven {Shown(loads)} after the other node's claim (goal 2,000 ms for 10,000); "
                + $"from SIGKILL until they are {Shown(gaps)}, the rest of the lease of 4 s included");
        }

        return lines;
    }

    // What the database has to do for an order, from its creation to its stored result.
    private async Task<string> LifeAsync(BenchPostgres postgres, ServerProcess upstream)
    {
        await using var site = await ClusterSite.StartAsync(workplace, postgres, 1, ChannelSettings.Of(upstream.BaseUrl, 1));
        var before = await postgres.ScalarAsync<decimal>(site.Database, Wal);
        await OrderAsync(site.Nodes[0].BaseUrl, LifeCount, after: 1);
        await site.UntilAsync("SELECT count(*) FROM tasks WHERE finished_at IS NULL", 0);
        var wal = (await postgres.ScalarAsync<decimal>(site.Database, Wal) - before) / LifeCount;
        var failed = await postgres.ScalarAsync<long>(site.Database, "SELECT count(*) FROM tasks WHERE phase = 'failed'");
        if (failed > 0) throw new InvalidOperationException($"{failed} orders failed.");
        var rows = await postgres.ScalarAsync<string>(
            site.Database,
            $"SELECT string_agg(format('%s %s inserted, %s updated', relname, round(n_tup_ins / {LifeCount}.0, 1), round(n_tup_upd / {LifeCount}.0, 1)), '; ' ORDER BY relname) FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd >= {LifeCount}");
        var bytes = await postgres.ScalarAsync<decimal>(
            site.Database, $"SELECT sum(pg_total_relation_size(relid)) / {LifeCount} FROM pg_stat_user_tables WHERE n_tup_ins >= {LifeCount}");
        return $"claim, {LifeCount:N0} orders from creation to the stored result: {wal:N0} bytes of WAL and {bytes:N0} bytes on disk each, indexes included; rows per order: {rows}";
    }

    private async Task<(double Load, double Gap)> RunAsync(BenchPostgres postgres, ServerProcess upstream, int count)
    {
        await using var site = await ClusterSite.StartAsync(workplace, postgres, 2, ChannelSettings.Of(upstream.BaseUrl, MedianSeconds));
        await OrderAsync(site.Nodes[0].BaseUrl, count);
        await site.UntilAsync("SELECT count(*) FROM tasks WHERE phase = 'submitted'", count);

        // Made at the first node, and so in its shards: all of them are orphans.
        var log = workplace.PathOf(ClusterSite.LogName(1));
        var killedAt = TimeProvider.System.GetTimestamp();
        await site.Nodes[0].KillAsync();
        while (TimeProvider.System.GetElapsedTime(killedAt) < Patience)
        {
            if (Loaded().Matches(await File.ReadAllTextAsync(log)).LastOrDefault() is { } match && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) >= count)
                return (double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture), TimeProvider.System.GetElapsedTime(killedAt).TotalMilliseconds);
            await Task.Delay(Look, TimeProvider.System);
        }

        throw new InvalidOperationException($"The tasks were not taken over; see {log}.");
    }

    private static async Task OrderAsync(string baseUrl, int count, int after = MedianSeconds)
    {
        using var client = Gateway.NewClient(baseUrl);
        await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (number, _) =>
            await Gateway.OrderAsync(client, $"{number} [after:{after}] a calm lake"));
    }

    private static string Shown(List<double> values) => $"{Line.Median(values):N0} ms ({values.Min():N0}–{values.Max():N0})";

    [GeneratedRegex(@"(\d+) tasks of \d+ shards are driven here, (\d+) ms")]
    private static partial Regex Loaded();
}
