using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// Keeps this node's part of the tasks: renews its leases, takes its fair share, gives back what is more, and lets go of what it has lost. Where
/// leases are not timed it takes everything once.
/// </summary>
internal sealed partial class ShardKeeper(
    ILeaseStore store, Ownership ownership, TaskEngine engine, EngineParts parts, ClusterOptions options, ClusterSize size,
    ILogger<ShardKeeper> logger) : IDisposable
{
    private const int ShardCount = 256;

    // What a clock and a scheduler may be wrong by, and the last step before a byte leaves may take.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly long _startedAt = parts.Now;
    private readonly ShardLoader _loader = new(engine, ownership, parts.Time, logger);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<int, long> _driven = [];
    private bool _hasLeft;

    /// <summary>What this node tells of itself.</summary>
    public NodeReport Report => new(ownership.NodeId, ProgramVersion.Text, _startedAt, parts.Gate.IsDraining, engine.LiveCount, engine.LagMilliseconds);

    /// <summary>Whether the last try to renew the leases failed.</summary>
    public bool IsStoreAway { get; private set; }

    /// <summary>Registers the node. With untimed leases everything is its own from here on; else <see cref="TurnAsync"/> takes the first shards.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (store.LeaseTime is { } lease) ownership.BeginTiming(lease);
        var view = await store.JoinAsync(Report, cancellationToken);
        if (store.LeaseTime is null) ownership.Grant(view.Owned);
    }

    /// <summary>Renews until cancelled, or until the node has left; ends at once where leases are not timed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (store.LeaseTime is null) return;
        var isWell = true;
        while (!_hasLeft)
        {
            await Task.Delay(isWell ? TimeSpan.FromSeconds(options.RenewSeconds) : RetryPause, parts.Time, cancellationToken);
            isWell = await TurnAsync(cancellationToken);
        }
    }

    /// <summary>Renews once, and moves towards the fair share. Where leases are not timed nothing happens.</summary>
    /// <returns>Whether the store answered.</returns>
    public async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        if (store.LeaseTime is not { } lease) return true;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_hasLeft) return true;
            if (!ownership.IsCurrent && _driven.Count > 0) LogLapsed(_driven.Count);
            using var limit = new CancellationTokenSource(lease, parts.Time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

            // The lease ends that long after the store has seen this, which is not before now.
            var sentAt = parts.Time.GetTimestamp();
            var view = await store.RenewAsync(Report, end.Token).WaitAsync(end.Token);
            Follow(view, sentAt + Ticks(lease - Margin));
            await BalanceAsync(view, end.Token);
            IsStoreAway = false;
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            IsStoreAway = true;
            LogTurnFailed(exception);
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives everything back and is a node no more. What calls still under way bring is told to the new owners.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (store.LeaseTime is not { } lease) return;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _hasLeft = true;
            Forget([.. _driven.Select(pair => new OwnedShard(pair.Key, pair.Value))]);
            using var limit = new CancellationTokenSource(lease, parts.Time);
            await store.LeaveAsync(ownership.NodeId, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception exception)
        {
            // Its leases end by themselves.
            LogTurnFailed(exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // First what was lost is let go of, then the lease holds again: nobody may act in between on what is another node's.
    private void Follow(LeaseView view, long until)
    {
        var owned = view.Owned.ToDictionary(shard => shard.Shard, shard => shard.Epoch);
        var lost = _driven.Where(pair => !ownership.Drives(pair.Key, pair.Value) || owned.GetValueOrDefault(pair.Key, -1) != pair.Value)
            .Select(pair => new OwnedShard(pair.Key, pair.Value)).ToList();
        if (lost.Count > 0) LogLost(lost.Count, Forget(lost));
        ownership.Extend(until);
        size.LiveNodes = view.LiveNodes;
        foreach (var channel in parts.Channels.All) channel.State.Nodes = size.LiveNodes;

        // Claimed by a call whose answer was lost, or given back by one that did not get through.
        Take([.. view.Owned.Where(shard => !_driven.ContainsKey(shard.Shard))]);
    }

    private async Task BalanceAsync(LeaseView view, CancellationToken cancellationToken)
    {
        if (parts.Gate.IsDraining)
        {
            await ReleaseAsync(_driven.Count, cancellationToken);
            return;
        }

        var nodes = Math.Max(1, view.LiveNodes);
        var share = (ShardCount + nodes - 1) / nodes;
        if (_driven.Count > share) await ReleaseAsync(_driven.Count - share, cancellationToken);
        else if (_driven.Count < share && view.FreeShards > 0)
            Take(await store.ClaimAsync(ownership.NodeId, Math.Min(share - _driven.Count, view.FreeShards), cancellationToken).WaitAsync(cancellationToken));
    }

    // Only shards without a call under way: no other node could bring such a call to its end. The others come when theirs is over.
    private async Task ReleaseAsync(int most, CancellationToken cancellationToken)
    {
        var idle = _driven.Where(pair => parts.Gate.TryClose(pair.Key)).Take(most).Select(pair => new OwnedShard(pair.Key, pair.Value)).ToList();
        if (idle.Count == 0) return;
        var count = Forget(idle);
        await store.ReleaseAsync(ownership.NodeId, idle, cancellationToken).WaitAsync(cancellationToken);
        LogReleased(idle.Count, count);
    }

    private void Take(IReadOnlyList<OwnedShard> shards)
    {
        if (shards.Count == 0) return;
        foreach (var (shard, epoch) in shards)
        {
            _driven[shard] = epoch;
            parts.Gate.Open(shard);
        }

        ownership.Grant(shards);
        _loader.Load(shards);
        LogTaken(shards.Count);
    }

    private int Forget(IReadOnlyList<OwnedShard> shards)
    {
        foreach (var (shard, epoch) in shards)
        {
            _driven.Remove(shard);
            ownership.Lose(shard, epoch);
        }

        return engine.LetGo();
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * parts.Time.TimestampFrequency);

    [LoggerMessage(2180, LogLevel.Error, "The leases of this node could not be renewed; it is tried again at once.")]
    private partial void LogTurnFailed(Exception exception);

    [LoggerMessage(2181, LogLevel.Warning, "The lease of {Count} shards may have ended: nothing is sent until it surely holds again.")]
    private partial void LogLapsed(int count);

    [LoggerMessage(2182, LogLevel.Warning, "{Count} shards are other nodes' now; {Tasks} tasks are let go of.")]
    private partial void LogLost(int count, int tasks);

    [LoggerMessage(2183, LogLevel.Information, "{Count} shards are given to others, with {Tasks} tasks.")]
    private partial void LogReleased(int count, int tasks);

    [LoggerMessage(2184, LogLevel.Information, "{Count} shards are taken.")]
    private partial void LogTaken(int count);
}
