using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Which shards this node drives, and until when it may act on that.</summary>
internal sealed class Ownership(string nodeId)
{
    private readonly long[] _epochs = [.. Enumerable.Repeat(-1L, 256)];

    /// <summary>This node's id, new at every start.</summary>
    public string NodeId { get; } = nodeId;

    /// <summary>Whether it owns any shard; a node without one is not ready.</summary>
    public bool HasAny => Array.Exists(_epochs, epoch => epoch >= 0);

    /// <summary>Notes what the store granted.</summary>
    public void Grant(IReadOnlyList<OwnedShard> shards)
    {
        foreach (var (shard, epoch) in shards) Volatile.Write(ref _epochs[shard], epoch);
    }

    /// <summary>Whether a shard is this node's.</summary>
    public bool Owns(int shard) => Volatile.Read(ref _epochs[shard]) >= 0;

    /// <summary>Proof of ownership for a write.</summary>
    public ShardFence Fence(int shard) => new(shard, NodeId, Volatile.Read(ref _epochs[shard]));

    /// <summary>Notes that a write found the shard to be somebody else's.</summary>
    public void Lose(int shard) => Volatile.Write(ref _epochs[shard], -1);
}
