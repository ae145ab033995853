using System.Collections.Concurrent;

namespace Reelay.Server.Api.Intents;

/// <summary>
/// Tells the other nodes once a second which fresh orders were asked for by their ids, so that no node takes a later try for one of them. Costs
/// one row for each order, whatever is read how often.
/// </summary>
internal sealed partial class ReadNotes(IntentBook book, TimeProvider time, ILogger<ReadNotes> logger, SharedIntents? shared = null) : BackgroundService
{
    private const int MaxKept = 100_000;
    private const int MaxAtOnce = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _waiting = new();

    /// <summary>Somebody asked for a task by its id.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="createdAt">When it was made, Unix milliseconds.</param>
    public void Read(string taskId, long createdAt)
    {
        book.Read(taskId);
        if (shared is null || time.GetUtcNow().ToUnixTimeMilliseconds() - createdAt > IntentBook.RetryWindow.TotalMilliseconds) return;
        if (!_noted.TryAdd(taskId, true)) return;
        _waiting.Enqueue(taskId);
        if (_noted.Count > MaxKept) _noted.Clear();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (shared is not null)
        {
            await Task.Delay(Pause, time, stoppingToken);
            var ids = new List<string>();
            while (ids.Count < MaxAtOnce && _waiting.TryDequeue(out var id)) ids.Add(id);
            if (ids.Count == 0) continue;
            try
            {
                shared.NoteReads(ids);
            }
            catch (Exception exception)
            {
                // Then a try that reaches another node may be taken for one of them.
                LogLost(ids.Count, exception);
            }
        }
    }

    [LoggerMessage(1320, LogLevel.Warning, "{Count} reads could not be told to the other nodes.")]
    private partial void LogLost(int count, Exception exception);
}
