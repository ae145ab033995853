using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Loads the tasks of shards that this node has just gained, a few shards at a time, beside the renewals.</summary>
internal sealed partial class ShardLoader(TaskEngine engine, Ownership ownership, TimeProvider time, ILogger logger)
{
    private const int MaxAtOnce = 4;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);

    /// <summary>Loads a shard as long as it is this node's; what fails is tried again.</summary>
    public async void Load(OwnedShard shard)
    {
        await _turns.WaitAsync();
        try
        {
            while (ownership.Drives(shard.Shard, shard.Epoch) && !await TryAsync(shard)) await Task.Delay(RetryPause, time);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<bool> TryAsync(OwnedShard shard)
    {
        try
        {
            await engine.LoadAsync(shard, CancellationToken.None);
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
}
