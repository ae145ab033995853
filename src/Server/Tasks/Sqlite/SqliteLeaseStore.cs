using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>Leases in one SQLite file. The server's are not timed: one process has the file, and owns everything from its start on.</summary>
/// <param name="database">The file.</param>
/// <param name="time">The clock that is the store's.</param>
/// <param name="leaseTime">Null in a server. Tests set it to have several engines of one process share a file as the nodes of a cluster do.</param>
internal sealed class SqliteLeaseStore(SqliteDatabase database, TimeProvider time, TimeSpan? leaseTime = null) : ILeaseStore
{
    // Long enough that an operator still finds a node that died in the night.
    private const long KeptMilliseconds = 24 * 3600 * 1000L;

    public TimeSpan? LeaseTime => leaseTime;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    // An untimed lease never ends.
    private long LeaseMilliseconds => leaseTime is { } timed ? (long)timed.TotalMilliseconds : long.MaxValue / 4;

    public Task<LeaseView> JoinAsync(NodeReport node, CancellationToken ct) => Task.FromResult(database.Write((connection, transaction) =>
    {
        connection.Execute(
            "DELETE FROM nodes WHERE @all OR last_seen_at < @before", transaction, ("@all", leaseTime is null), ("@before", Now - KeptMilliseconds));
        Report(connection, transaction, node);
        if (leaseTime is null)
        {
            connection.Execute(
                "UPDATE shards SET owner = @id, epoch = epoch + 1, lease_until = @until", transaction, ("@id", node.NodeId), ("@until", Now + LeaseMilliseconds));
        }

        return View(connection, transaction, node.NodeId);
    }));

    public Task<LeaseView> RenewAsync(NodeReport node, CancellationToken ct) => Task.FromResult(database.Write((connection, transaction) =>
    {
        Report(connection, transaction, node);
        connection.Execute(
            "UPDATE shards SET lease_until = @until WHERE owner = @id", transaction, ("@id", node.NodeId), ("@until", Now + LeaseMilliseconds));
        return View(connection, transaction, node.NodeId);
    }));

    public Task<IReadOnlyList<OwnedShard>> ClaimAsync(string nodeId, int most, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<OwnedShard>>(database.Write((connection, transaction) => connection.Query(transaction, Shard,
            """
            UPDATE shards SET owner = @id, epoch = epoch + 1, lease_until = @until
            WHERE id IN (SELECT id FROM shards WHERE owner IS NULL OR lease_until <= @now ORDER BY id LIMIT @most)
            RETURNING id, epoch
            """,
            ("@id", nodeId), ("@until", Now + LeaseMilliseconds), ("@now", Now), ("@most", most))));

    public Task ReleaseAsync(string nodeId, IReadOnlyList<OwnedShard> shards, CancellationToken ct)
    {
        database.Write((connection, transaction) => shards.Sum(shard => connection.Execute(
            "UPDATE shards SET owner = NULL, lease_until = 0 WHERE id = @shard AND owner = @id AND epoch = @epoch",
            transaction, ("@shard", shard.Shard), ("@id", nodeId), ("@epoch", shard.Epoch))));
        return Task.CompletedTask;
    }

    public Task LeaveAsync(string nodeId, CancellationToken ct)
    {
        database.Write((connection, transaction) =>
            connection.Execute("UPDATE shards SET owner = NULL, lease_until = 0 WHERE owner = @id", transaction, ("@id", nodeId))
            + connection.Execute("DELETE FROM nodes WHERE id = @id", transaction, ("@id", nodeId)));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<NodeRow>> ListNodesAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<NodeRow>>(database.Read(connection => connection.Query(
            row => new NodeRow(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4), row.GetInt32(5), row.GetInt64(6), row.GetInt32(7),
                row.GetBoolean(8)),
            """
            SELECT n.id, n.version, n.started_at, n.last_seen_at, n.is_draining, n.live_tasks, n.lag_ms,
                (SELECT count(*) FROM shards s WHERE s.owner = n.id), n.last_seen_at > @since
            FROM nodes n ORDER BY n.id
            """,
            ("@since", Now - LeaseMilliseconds))));

    private void Report(DbConnection connection, DbTransaction transaction, NodeReport node) => connection.Execute(
        """
        INSERT INTO nodes (id, version, started_at, last_seen_at, is_draining, live_tasks, lag_ms)
        VALUES (@id, @version, @started, @now, @draining, @tasks, @lag)
        ON CONFLICT (id) DO UPDATE SET
            last_seen_at = excluded.last_seen_at, is_draining = excluded.is_draining, live_tasks = excluded.live_tasks, lag_ms = excluded.lag_ms
        """,
        transaction,
        ("@id", node.NodeId), ("@version", node.Version), ("@started", node.StartedAt), ("@now", Now), ("@draining", node.IsDraining),
        ("@tasks", node.LiveTasks), ("@lag", node.LagMilliseconds));

    private LeaseView View(DbConnection connection, DbTransaction transaction, string nodeId)
    {
        var owned = connection.Query(transaction, Shard, "SELECT id, epoch FROM shards WHERE owner = @id ORDER BY id", ("@id", nodeId));
        var counts = connection.Query(transaction, static row => (row.GetInt32(0), row.GetInt32(1)),
            """
            SELECT (SELECT count(*) FROM nodes WHERE is_draining = 0 AND last_seen_at > @since),
                (SELECT count(*) FROM shards WHERE owner IS NULL OR lease_until <= @now)
            """,
            ("@since", Now - LeaseMilliseconds), ("@now", Now))[0];
        return new LeaseView(owned, counts.Item1, counts.Item2);
    }

    private static OwnedShard Shard(DbDataReader row) => new(row.GetInt32(0), row.GetInt64(1));
}
