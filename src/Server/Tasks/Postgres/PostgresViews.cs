using Reelay.Server.Storage;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>
/// Reads many tasks at once: what is asked for while a query is under way goes with the next one. A reader that comes alone waits for nobody.
/// </summary>
internal sealed class PostgresViews(PostgresDatabase database)
{
    private const int MaxQueries = 2;
    private const int MaxTasks = 256;

    // Each id by itself and by its key, whatever the planner believes of tables that it has not counted yet.
    private const string Tasks =
        $"SELECT {TaskRows.TaskColumns} FROM unnest(@ids) AS r (id) CROSS JOIN LATERAL (SELECT * FROM tasks WHERE id = r.id OFFSET 0) t";

    private const string Assets =
        $"SELECT {TaskRows.AssetColumns} FROM unnest(@ids) AS r (id) CROSS JOIN LATERAL (SELECT * FROM assets WHERE task_id = r.id ORDER BY position OFFSET 0) a";

    private readonly Lock _gate = new();
    private readonly Queue<Ask> _waiting = new();
    private int _queries;

    /// <summary>One task with its files, if it is an account's; null if it is not, or for no account, if there is none.</summary>
    public Task<TaskView?> FindAsync(string taskId, string? accountId)
    {
        var ask = new Ask(taskId, accountId);
        lock (_gate)
        {
            _waiting.Enqueue(ask);
            if (_queries == MaxQueries) return ask.Answer.Task;
            _queries++;
        }

        _ = RunAsync();
        return ask.Answer.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } asks)
        {
            try
            {
                await AnswerAsync(asks);
            }
            catch (Exception exception)
            {
                foreach (var ask in asks) ask.Answer.TrySetException(exception);
            }
        }
    }

    private List<Ask> Take()
    {
        var taken = new List<Ask>();
        lock (_gate)
        {
            while (taken.Count < MaxTasks && _waiting.TryDequeue(out var ask)) taken.Add(ask);
            if (taken.Count == 0) _queries--;
        }

        return taken;
    }

    private async Task AnswerAsync(List<Ask> asks)
    {
        var (tasks, files) = await database.ReadAsync(connection => ReadAsync(connection, asks), CancellationToken.None);
        foreach (var ask in asks) ask.Answer.TrySetResult(ask.Finds(tasks) is { } task ? new TaskView(task, [.. files[task.Id]]) : null);
    }

    private static async ValueTask<(Dictionary<string, GenerationTask> Tasks, ILookup<string, TaskAsset> Files)> ReadAsync(
        ReadConnection connection, List<Ask> asks)
    {
        string[] ids = [.. asks.Select(ask => ask.TaskId).Distinct()];
        var tasks = (await connection.QueryAsync(TaskRows.Task, Tasks, ("@ids", ids))).ToDictionary(task => task.Id, StringComparer.Ordinal);
        string[] ended = [.. asks.Where(ask => ask.Finds(tasks) is { } task && task.Phase.IsTerminal()).Select(ask => ask.TaskId).Distinct()];
        var files = ended.Length == 0 ? [] : await connection.QueryAsync(TaskRows.Asset, Assets, ("@ids", ended));
        return (tasks, files.ToLookup(asset => asset.TaskId, StringComparer.Ordinal));
    }

    private sealed record Ask(string TaskId, string? AccountId)
    {
        public TaskCompletionSource<TaskView?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GenerationTask? Finds(Dictionary<string, GenerationTask> tasks) =>
            tasks.TryGetValue(TaskId, out var task) && (AccountId is null || task.AccountId == AccountId) ? task : null;
    }
}
