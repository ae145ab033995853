namespace Reelay.Load.Cluster;

/// <summary>Several nodes over one new database, each with its share of the shards.</summary>
internal sealed class ClusterSite : IAsyncDisposable
{
    private const int ShardCount = 256;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ClusterSite(BenchPostgres postgres, string database, IReadOnlyList<ServerProcess> nodes) => (Postgres, Database, Nodes) = (postgres, database, nodes);

    public BenchPostgres Postgres { get; }

    public string Database { get; }

    public IReadOnlyList<ServerProcess> Nodes { get; }

    /// <summary>Starts nodes and waits until the shards are shared out.</summary>
    /// <param name="settings">Further settings as environment variables; without any, orders stay queued.</param>
    public static async Task<ClusterSite> StartAsync(
        Workplace workplace, BenchPostgres postgres, int count, IReadOnlyDictionary<string, string>? settings = null)
    {
        var database = await postgres.NewDatabaseAsync();
        var nodes = new List<ServerProcess>();
        for (var i = 0; i < count; i++)
        {
            nodes.Add(await Gateway.StartReadyAsync(
                workplace, workplace.NewFolder($"node-{i}"), settings, postgres.Node(database), workplace.PathOf(LogName(i))));
        }

        var site = new ClusterSite(postgres, database, nodes);
        await site.UntilAsync(
            $"SELECT coalesce(sum(shards), 0)::bigint FROM (SELECT count(*) AS shards FROM shards WHERE owner IS NOT NULL GROUP BY owner HAVING count(*) <= {(ShardCount + count - 1) / count}) AS fair",
            ShardCount);
        return site;
    }

    /// <summary>Name of a node's log in the workplace.</summary>
    public static string LogName(int node) => $"node-{node}.log";

    /// <summary>Waits until a count is what is wanted.</summary>
    public async Task UntilAsync(string sql, long wanted)
    {
        for (var since = TimeProvider.System.GetTimestamp(); await Postgres.ScalarAsync<long>(Database, sql) != wanted;)
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience) throw new InvalidOperationException($"'{sql}' did not become {wanted}.");
            await Task.Delay(Look, TimeProvider.System);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Parallel.ForEachAsync(Nodes, async (node, _) => await node.DisposeAsync());
    }
}
