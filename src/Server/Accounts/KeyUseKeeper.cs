using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Writes once a minute, and at the end, when keys were used last: beside the requests, never in one.</summary>
internal sealed partial class KeyUseKeeper(KeyUses uses, IKeyStore store, TimeProvider time, ILogger<KeyUseKeeper> logger)
    : PeriodicKeeper(TimeSpan.FromMinutes(1), time)
{
    /// <summary>Writes what was noted since the last time. What cannot be written is lost: the next use is noted again.</summary>
    public override void Save()
    {
        var used = uses.Take();
        if (used.Count == 0) return;
        try
        {
            store.NoteUses(used);
        }
        catch (Exception exception)
        {
            LogSaveFailed(exception);
        }
    }

    [LoggerMessage(2190, LogLevel.Warning, "When keys were used last could not be written.")]
    private partial void LogSaveFailed(Exception exception);
}
