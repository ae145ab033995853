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

    /// <summary>Begins to load a shard, as long as it is this node's; what fails is tried again. For one caller at a time.</summary>
    public void Load(OwnedShard shard)
    {
        lock (_gate)
        {
            if (_waitingShards++ == 0) (_shards, _tasks, _since) = (0, 0, time.GetTimestamp());
            _shards++;
        }

        ref var lane = ref _lanes[shard.Shard % MaxAtOnce];
        lane = LoadAsync(lane, shard);
    }

    private async Task LoadAsync(Task before, OwnedShard shard)
    {
        await before;
        while (ownership.Drives(shard.Shard, shard.Epoch) && !await TryAsync(shard)) await Task.Delay(RetryPause, time);
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

    [LoggerMessage(2186, LogLevel.Information, "{Tasks} tasks of {Shards} shards are driven here, {Milliseconds} ms after they were taken.")]
    private partial void LogLoaded(int tasks, int shards, long milliseconds);
}
