using System.Data.Common;
using Npgsql;
using Reelay.Server.Engine;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>Leases in PostgreSQL, in the database's own time.</summary>
/// <remarks>
/// A batch holds its shards' rows <c>FOR KEY SHARE</c> until it is committed. A renewal changes the lease end alone and passes by; whoever takes
/// or gives back a shard locks its row <c>FOR UPDATE</c> first, and so comes before the batch or after it, never in between. A claim leaves out
/// what is locked, so that one batch that stands still does not hold up the rest.
/// </remarks>
internal sealed class PostgresLeaseStore(PostgresDatabase database, ClusterOptions options) : ILeaseStore
{
    // Long enough that an operator still finds a node that died in the night.
    private const long KeptMilliseconds = 24 * 3600 * 1000L;

    private const string Report =
        $"""
        INSERT INTO nodes (id, version, started_at, last_seen_at, is_draining, live_tasks, lag_ms)
        VALUES ($1, $2, $3, {PostgresBatchRows.Clock}, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at, is_draining = excluded.is_draining, live_tasks = excluded.live_tasks,
            lag_ms = excluded.lag_ms
        """;

    private const string Renew = $"UPDATE shards SET lease_until = {PostgresBatchRows.Clock} + $2 WHERE owner = $1";

    private const string Owned = "SELECT id, epoch FROM shards WHERE owner = $1 ORDER BY id";

    private const string Counts =
        $"""
        SELECT (SELECT count(*) FROM nodes WHERE is_draining = 0 AND last_seen_at > {PostgresBatchRows.Clock} - $1),
            (SELECT count(*) FROM shards WHERE owner IS NULL OR lease_until <= {PostgresBatchRows.Clock})
        """;

    // By chance, so that nodes that come at the same moment seldom want the same.
    private const string Claim =
        $"""
        WITH free AS (
            SELECT id FROM shards WHERE owner IS NULL OR lease_until <= {PostgresBatchRows.Clock} ORDER BY random() LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE shards s SET owner = $1, epoch = s.epoch + 1, lease_until = {PostgresBatchRows.Clock} + $3 FROM free WHERE s.id = free.id
        RETURNING s.id, s.epoch
        """;

    private const string Release =
        """
        WITH mine AS (
            SELECT s.id FROM shards s JOIN unnest($2::bigint[], $3::bigint[]) AS r (id, epoch) ON s.id = r.id AND s.epoch = r.epoch
            WHERE s.owner = $1 ORDER BY s.id FOR UPDATE OF s)
        UPDATE shards s SET owner = NULL, lease_until = 0 FROM mine WHERE s.id = mine.id
        """;

    private const string ReleaseAll =
        """
        WITH mine AS (SELECT id FROM shards WHERE owner = $1 ORDER BY id FOR UPDATE)
        UPDATE shards s SET owner = NULL, lease_until = 0 FROM mine WHERE s.id = mine.id
        """;

    private const string Nodes =
        $"""
        SELECT n.id, n.version, n.started_at, n.last_seen_at, n.is_draining, n.live_tasks, n.lag_ms,
            (SELECT count(*) FROM shards s WHERE s.owner = n.id), n.last_seen_at > {PostgresBatchRows.Clock} - $1
        FROM nodes n ORDER BY n.id
        """;

    public TimeSpan? LeaseTime => options.LeaseTime;

    private long LeaseMilliseconds => (long)options.LeaseTime.TotalMilliseconds;

    public async Task<LeaseView> JoinAsync(NodeReport node, CancellationToken ct)
    {
        await using (var connection = await database.OpenFencedAsync(ct))
        {
            await using var batch = new NpgsqlBatch(connection);
            Add(batch, $"DELETE FROM nodes WHERE last_seen_at < {PostgresBatchRows.Clock} - $1", KeptMilliseconds);
            await batch.ExecuteNonQueryAsync(ct);
        }

        return await RenewAsync(node, ct);
    }

    public async Task<LeaseView> RenewAsync(NodeReport node, CancellationToken ct)
    {
        await using var connection = await database.OpenFencedAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, Report, node.NodeId, node.Version, node.StartedAt, node.IsDraining ? 1L : 0L, (long)node.LiveTasks, node.LagMilliseconds);
        Add(batch, Renew, node.NodeId, LeaseMilliseconds);
        Add(batch, Owned, node.NodeId);
        Add(batch, Counts, LeaseMilliseconds);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var owned = await ReadAsync(reader, Shard, ct);
        await reader.NextResultAsync(ct);
        var (nodes, free) = (await ReadAsync(reader, static row => (row.GetInt32(0), row.GetInt32(1)), ct))[0];
        return new LeaseView(owned, nodes, free);
    }

    public async Task<IReadOnlyList<OwnedShard>> ClaimAsync(string nodeId, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenFencedAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, Claim, nodeId, (long)most, LeaseMilliseconds);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await ReadAsync(reader, Shard, ct);
    }

    public Task ReleaseAsync(string nodeId, IReadOnlyList<OwnedShard> shards, CancellationToken ct) => RunAsync(
        ct, (Release, [nodeId, shards.Select(shard => (long)shard.Shard).ToArray(), shards.Select(shard => shard.Epoch).ToArray()]), Tell(nodeId));

    public Task LeaveAsync(string nodeId, CancellationToken ct) =>
        RunAsync(ct, (ReleaseAll, [nodeId]), ("DELETE FROM nodes WHERE id = $1", [nodeId]), Tell(nodeId));

    public async Task<IReadOnlyList<NodeRow>> ListNodesAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenFencedAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, Nodes, LeaseMilliseconds);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await ReadAsync(
            reader,
            static row => new NodeRow(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.Flag(4), row.GetInt32(5), row.GetInt64(6), row.GetInt32(7), row.Flag(8)),
            ct);
    }

    // Rare, so it may go with the change itself; the others take what is free at once.
    private static (string Sql, object[] Values) Tell(string nodeId) =>
        ("SELECT pg_notify($1, $2)", [ClusterSignals.Topic, ClusterSignals.Payload(nodeId, Signal.Shards, "")]);

    // One transaction: a batch without BEGIN is one.
    private async Task RunAsync(CancellationToken ct, params (string Sql, object[] Values)[] statements)
    {
        await using var connection = await database.OpenFencedAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, values) in statements) Add(batch, sql, values);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }

    private static OwnedShard Shard(DbDataReader row) => new(row.GetInt32(0), row.GetInt64(1));

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataReader reader, Func<DbDataReader, T> map, CancellationToken ct)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(map(reader));
        return rows;
    }
}
