using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>How tasks come to this node and leave it: loaded when their shard is gained, let go when it is lost or when they are finished.</summary>
internal sealed partial class TaskEngine
{
    private const int LoadPage = 1000;

    /// <summary>Loads every live task of the owned shards; each is looked at soon.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        // A node among others owns nothing yet: its shards are loaded as it gains them.
        if (!_ownership.HasAny) return 0;
        foreach (var shard in await ListLiveShardsAsync(cancellationToken))
        {
            if (_ownership.Owns(shard)) await LoadAsync(new OwnedShard(shard, _ownership.EpochOf(shard)), cancellationToken);
        }

        return _live.Count;
    }

    /// <summary>The shards that have tasks to load: few of a node's 256 on a quiet day, and asking each costs more than all else at a start.</summary>
    public Task<IReadOnlyList<int>> ListLiveShardsAsync(CancellationToken cancellationToken) => _parts.Store.ListLiveShardsAsync(cancellationToken);

    /// <summary>Loads every live task of one shard, as long as it is this node's; each is looked at soon.</summary>
    /// <remarks>What its upstream must not feel all at once waits in the channels' lines: polls have a rate and a bound there, orders a slot.</remarks>
    /// <returns>How many rows were read.</returns>
    public async Task<int> LoadAsync(OwnedShard shard, CancellationToken cancellationToken)
    {
        using var reading = _finished.BeginReading();
        var count = 0;
        string? after = null;
        IReadOnlyList<LiveRow> page;
        do
        {
            if (!_ownership.Drives(shard.Shard, shard.Epoch)) return count;
            page = await _parts.Store.LoadLiveAsync(shard.Shard, after, LoadPage, cancellationToken);
            foreach (var row in page) Adopt(row, shard.Epoch);
            count += page.Count;
            if (page.Count > 0) after = page[^1].Task.Id;
        }
        while (page.Count == LoadPage);
        return count;
    }

    /// <summary>Lets go of every task whose shard is not this node's any more, or was not for a while.</summary>
    /// <returns>How many.</returns>
    public int LetGo()
    {
        var lost = _live.Values.Where(item => !_ownership.Drives(item.Task.Shard, item.Epoch)).OrderBy(item => item.Task.Id, StringComparer.Ordinal).ToList();
        foreach (var item in lost) Detach(item);
        return lost.Count;
    }

    private void Adopt(LiveRow row, long epoch, bool hasMail = false)
    {
        var (task, attempt) = row;
        var item = new LiveTask(task, attempt) { Inputs = row.Inputs, Epoch = epoch };
        if (hasMail) item.NoteMail();
        if (!TryAdd(item)) return;

        // Looked at only now: whoever finishes a task says so before it goes.
        if (task.IsLive && _finished.Contains(task.Id))
        {
            _live.TryRemove(new KeyValuePair<string, LiveTask>(task.Id, item));
            return;
        }

        CountWaiting(item, task.Phase == TaskPhase.Accepted);
        if (task.OpenAttempt is not null && attempt is not null && _parts.Channels.Find(attempt) is { } channel)
        {
            channel.State.TakeAnyway(attempt.UpstreamModel);
            item.Slot = (channel, attempt.UpstreamModel);
        }

        _wheel.Schedule(item, TimeSpan.Zero);
    }

    // What an earlier epoch of its shard has left here makes room.
    private bool TryAdd(LiveTask item)
    {
        while (!_live.TryAdd(item.Task.Id, item))
        {
            if (!_live.TryGetValue(item.Task.Id, out var other)) continue;
            if (other.Epoch >= item.Epoch && !other.IsGone) return false;
            Detach(other);
        }

        return true;
    }

    private void CountWaiting(LiveTask item, bool isWaiting)
    {
        if (item.IsCountedWaiting == isWaiting) return;
        item.IsCountedWaiting = isWaiting;
        if (isWaiting) _waiting.Add(item.Task);
        else _waiting.Remove(item.Task);
    }

    // From here on nobody finds it. Its driver, which may be held up by a call, gives back what it holds when it notices.
    private void Detach(LiveTask item)
    {
        _live.TryRemove(new KeyValuePair<string, LiveTask>(item.Task.Id, item));
        item.LetGo();
        item.Place?.Owner?.Leave(item);
        Wake(item);
    }

    // By its driver, which never drives it again.
    private void Drop(LiveTask item)
    {
        if (!item.Task.IsLive) _finished.Note(item.Task.Id);
        _live.TryRemove(new KeyValuePair<string, LiveTask>(item.Task.Id, item));
        CountWaiting(item, isWaiting: false);
        item.Place?.Owner?.Leave(item);
        if (item.TakeCall() is { } call) _slots.EndCall(call);
        _slots.Release(item);
        item.LetGo();
        if (!item.Task.IsLive) Finished?.Invoke(item.Task);
    }
}
