using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Which shards this node drives, in which epoch, and until when it may act on that. Every question is a read or two of memory.</summary>
/// <param name="nodeId">This node's id.</param>
/// <param name="time">The monotonic clock; the system's by default.</param>
internal sealed class Ownership(string nodeId, TimeProvider? time = null)
{
    private const int ShardCount = 256;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly long[] _epochs = [.. Enumerable.Repeat(-1L, ShardCount)];
    private long _deadline = long.MaxValue;

    /// <summary>This node's id, new at every start.</summary>
    public string NodeId { get; } = nodeId;

    /// <summary>Whether leases end by themselves, so that other nodes may change what is kept in memory here.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>
    /// How long an answer may still be on its way here that another node got to a submission of its own, after it lost the task: nothing where
    /// there is no other node.
    /// </summary>
    public TimeSpan HandOverTime { get; private set; }

    /// <summary>Whether it owns any shard; a node without one is not ready.</summary>
    public bool HasAny => Array.Exists(_epochs, epoch => epoch >= 0);

    /// <summary>How many shards it owns.</summary>
    public int Count => _epochs.Count(epoch => epoch >= 0);

    /// <summary>
    /// Whether the lease surely holds. While it does not, nothing may be sent upstream and nothing owned be answered from memory; what is written
    /// is judged by the store.
    /// </summary>
    public bool IsCurrent => Volatile.Read(ref _deadline) is var deadline && (deadline == long.MaxValue || _time.GetTimestamp() < deadline);

    /// <summary>From now on the lease holds only as far as <see cref="Extend"/> says.</summary>
    /// <param name="leaseTime">How long a lease lasts.</param>
    public void BeginTiming(TimeSpan leaseTime)
    {
        (IsTimed, HandOverTime) = (true, leaseTime);
        Volatile.Write(ref _deadline, long.MinValue);
    }

    /// <summary>A renewal has succeeded. What it no longer lists must have been lost before.</summary>
    /// <param name="until">Timestamp of the monotonic clock after which nothing is certain.</param>
    public void Extend(long until) => Volatile.Write(ref _deadline, until);

    /// <summary>Notes what the store granted.</summary>
    public void Grant(IReadOnlyList<OwnedShard> shards)
    {
        foreach (var (shard, epoch) in shards) Volatile.Write(ref _epochs[shard], epoch);
    }

    /// <summary>Whether a shard is this node's.</summary>
    public bool Owns(int shard) => Volatile.Read(ref _epochs[shard]) >= 0;

    /// <summary>The epoch in which a shard is this node's; -1 if it is not.</summary>
    public long EpochOf(int shard) => Volatile.Read(ref _epochs[shard]);

    /// <summary>Whether a shard is still this node's, without a break since it got it.</summary>
    public bool Drives(int shard, long epoch) => epoch >= 0 && Volatile.Read(ref _epochs[shard]) == epoch;

    /// <summary>Whether a task may be acted for, and answered for from memory: it is this node's, and the lease holds.</summary>
    public bool MayAct(LiveTask live) => Drives(live.Task.Shard, live.Epoch) && IsCurrent;

    /// <summary>Proof of ownership for a write.</summary>
    public ShardFence Fence(int shard) => new(shard, NodeId, Volatile.Read(ref _epochs[shard]));

    /// <summary>Proof of ownership for a write of a task that was taken up in some epoch: it stands for no later one.</summary>
    public ShardFence Fence(LiveTask live) => new(live.Task.Shard, NodeId, live.Epoch);

    /// <summary>Notes that a shard is somebody else's. A later grant of the same shard stays.</summary>
    public void Lose(int shard, long epoch) => Interlocked.CompareExchange(ref _epochs[shard], -1, epoch);
}
