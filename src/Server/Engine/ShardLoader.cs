using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Loads the tasks of shards that this node has just gained, a few shards at a time, beside the renewals.</summary>
internal sealed partial class ShardLoader(TaskEngine engine, Ownership ownership, TimeProvider time, ILogger logger)
{
    private const int MaxAtOnce = 4;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Task[] _lanes = [.. Enumerable.Repeat(Task.CompletedTask, MaxAtOnce)];
    private readonly Lock _gate = new();
    private int _waitingShards;
    private int _shards;
    private int _tasks;
    private long _since;

    /// <summary>Begins to load shards, each as long as it is this node's; what fails is tried again. For one caller at a time.</summary>
    public void Load(IReadOnlyList<OwnedShard> shards)
    {
        lock (_gate)
        {
            if (_waitingShards == 0) (_shards, _tasks, _since) = (0, 0, time.GetTimestamp());
            _waitingShards += shards.Count;
            _shards += shards.Count;
        }

        var live = FindLiveAsync(shards);
        foreach (var shard in shards)
        {
            ref var lane = ref _lanes[shard.Shard % MaxAtOnce];
            lane = LoadAsync(lane, shard, live);
        }
    }

    // What a shard's last owner wrote can be seen before the shard can be taken, and nobody but its owner adds to it: a shard that is empty now
    // has nothing to load.
    private async Task<IReadOnlySet<int>> FindLiveAsync(IReadOnlyList<OwnedShard> shards)
    {
        try
        {
            return (await engine.ListLiveShardsAsync(CancellationToken.None)).ToHashSet();
        }
        catch (Exception exception)
        {
            LogUnknown(exception);
            return shards.Select(shard => shard.Shard).ToHashSet();
        }
    }

    private async Task LoadAsync(Task before, OwnedShard shard, Task<IReadOnlySet<int>> live)
    {
        await before;
        if ((await live).Contains(shard.Shard))
        {
            while (ownership.Drives(shard.Shard, shard.Epoch) && !await TryAsync(shard)) await Task.Delay(RetryPause, time);
        }

        lock (_gate)
        {
            if (--_waitingShards == 0 && _tasks > 0) LogLoaded(_tasks, _shards, (long)time.GetElapsedTime(_since).TotalMilliseconds);
        }
    }

    private async Task<bool> TryAsync(OwnedShard shard)
    {
        try
        {
            var count = await engine.LoadAsync(shard, CancellationToken.None);
            lock (_gate) _tasks += count;
            return true;
        }
        catch (Exception exception)
        {
            LogFailed(shard.Shard, exception);
            return false;
        }
    }

    [LoggerMessage(2185, LogLevel.Error, "The tasks of shard {Shard} could not be loaded; it is tried again in a second.")]
    private partial void LogFailed(int shard, Exception exception);

    [LoggerMessage(2187, LogLevel.Warning, "Which shards have tasks could not be read; each of those that were taken is looked at.")]
    private partial void LogUnknown(Exception exception);

    [LoggerMessage(2186, LogLevel.Information, "{Tasks} tasks of {Shards} shards are driven here, {Milliseconds} ms after they were taken.")]
    private partial void LogLoaded(int tasks, int shards, long milliseconds);
}
