namespace Reelay.Server.Tasks.Sqlite;

/// <summary>Whether a channel has a slot left. Counts its open attempts only when it may be full: a count costs as much as there are.</summary>
/// <remarks>
/// Kept from batch to batch is not how many there are but how many there may be: what was counted last and all that were opened since, those of
/// batches that were rolled back included. Ends are not subtracted; they show at the next count. Used by the one writer alone.
/// </remarks>
internal sealed class OpenAttempts(SqliteStatements statements)
{
    private readonly Dictionary<(string Channel, string? Model), long> _most = [];

    /// <summary>Whether so many attempts are open.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="model">The upstream model, or null for all of the channel.</param>
    /// <param name="slots">How many may be open.</param>
    public bool IsFull(string channelId, string? model, long slots)
    {
        if (_most.TryGetValue((channelId, model), out var most) && most < slots) return false;
        var count = model is null ? statements.CountOpenAttempts.Set(1, channelId) : statements.CountOpenAttemptsOfModel.Set(1, channelId).Set(2, model);
        return (_most[(channelId, model)] = count.ExecuteLong() ?? 0) >= slots;
    }

    /// <summary>One more is opened.</summary>
    public void Add(string channelId, string model)
    {
        if (_most.TryGetValue((channelId, null), out var all)) _most[(channelId, null)] = all + 1;
        if (_most.TryGetValue((channelId, model), out var some)) _most[(channelId, model)] = some + 1;
    }
}
