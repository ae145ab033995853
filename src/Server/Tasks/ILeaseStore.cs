namespace Reelay.Server.Tasks;

/// <summary>Who drives which part of the tasks: rows of <c>shards</c> and <c>nodes</c>, in the store's own time.</summary>
/// <remarks>
/// A lease end only says when others may take a shard; what proves ownership in a write is owner and epoch. So a renewal that comes late still
/// holds where nobody has claimed, and whoever lost a shard finds each of its writes refused.
/// </remarks>
public interface ILeaseStore
{
    /// <summary>How long a lease lasts without renewal; null where leases are not timed (SQLite, a cluster of one).</summary>
    TimeSpan? LeaseTime { get; }

    /// <summary>Registers the node. Where leases are not timed it takes all shards, each with a new epoch; else it owns none yet.</summary>
    Task<LeaseView> JoinAsync(NodeReport node, CancellationToken ct);

    /// <summary>The heartbeat: notes the report, and moves the lease end of all shards that the node owns in one statement.</summary>
    /// <returns>What it owns now; what is not listed belongs to somebody else, or to nobody.</returns>
    Task<LeaseView> RenewAsync(NodeReport node, CancellationToken ct);

    /// <summary>Takes shards without an owner, or whose lease has expired; each gets a new epoch.</summary>
    /// <param name="nodeId">Who takes them.</param>
    /// <param name="most">How many at most, 0 to 256.</param>
    /// <param name="ct">Ends the call.</param>
    Task<IReadOnlyList<OwnedShard>> ClaimAsync(string nodeId, int most, CancellationToken ct);

    /// <summary>Gives shards back: they are free for others at once. What is no longer the node's, in this epoch, is left alone.</summary>
    Task ReleaseAsync(string nodeId, IReadOnlyList<OwnedShard> shards, CancellationToken ct);

    /// <summary>Gives back everything, and removes the node's row.</summary>
    Task LeaveAsync(string nodeId, CancellationToken ct);

    /// <summary>All nodes that have a row, by id: also those that died a while ago.</summary>
    Task<IReadOnlyList<NodeRow>> ListNodesAsync(CancellationToken ct);
}

/// <summary>What a node learns with each renewal.</summary>
/// <param name="Owned">The shards that are its own now, with their epochs.</param>
/// <param name="LiveNodes">Nodes that do not drain and were seen within the lease time, this one included if it does not drain.</param>
/// <param name="FreeShards">Shards without an owner, or whose lease has expired.</param>
public sealed record LeaseView(IReadOnlyList<OwnedShard> Owned, int LiveNodes, int FreeShards);

/// <summary>What a node tells of itself with each renewal.</summary>
/// <param name="NodeId">Its id, new at every start.</param>
/// <param name="Version">The program's version.</param>
/// <param name="StartedAt">When it started, Unix milliseconds by its own clock.</param>
/// <param name="IsDraining">Whether it is on its way out and takes no shards.</param>
/// <param name="LiveTasks">Tasks that it drives.</param>
/// <param name="LagMilliseconds">How late it looked at what was due, the most of the last seconds.</param>
public sealed record NodeReport(string NodeId, string Version, long StartedAt, bool IsDraining, int LiveTasks, long LagMilliseconds);

/// <summary>A node as the store knows it. Times are Unix milliseconds; <paramref name="LastSeenAt"/> is the store's.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">The program's version.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="LastSeenAt">When it last renewed.</param>
/// <param name="IsDraining">Whether it is on its way out.</param>
/// <param name="LiveTasks">Tasks that it drove then.</param>
/// <param name="LagMilliseconds">How late it was then.</param>
/// <param name="ShardCount">Shards that name it as their owner.</param>
/// <param name="IsLive">Whether it was seen within the lease time; always true where leases are not timed.</param>
public sealed record NodeRow(
    string Id, string Version, long StartedAt, long LastSeenAt, bool IsDraining, int LiveTasks, long LagMilliseconds, int ShardCount, bool IsLive);
