using Reelay.Server.Storage;

namespace Reelay.Server.Engine.Polling;

/// <summary>Loads what was learned at the start, and writes what has changed every few seconds and at the end: never per task.</summary>
internal sealed partial class DurationKeeper(DurationBook book, SqlDurationStore store, TimeProvider time, ILogger<DurationKeeper> logger)
    : PeriodicKeeper(TimeSpan.FromSeconds(5), time)
{
    /// <inheritdoc/>
    public override Task StartingAsync(CancellationToken cancellationToken)
    {
        book.Load(store.Load());
        return Task.CompletedTask;
    }

    /// <summary>Writes what has changed. What cannot be written now is tried again with the next.</summary>
    public override void Save()
    {
        var rows = book.TakeChanged();
        if (rows.Count == 0) return;
        try
        {
            store.Save(rows);
        }
        catch (Exception exception)
        {
            book.PutBack(rows);
            LogSaveFailed(exception);
        }
    }

    [LoggerMessage(2035, LogLevel.Warning, "What was learned of durations could not be written; it is tried again in five seconds.")]
    private partial void LogSaveFailed(Exception exception);
}
