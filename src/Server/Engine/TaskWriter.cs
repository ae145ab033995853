using System.Diagnostics;
using Reelay.Server.Accounts;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>What a decision wants written.</summary>
/// <param name="After">The task as it should be; the writer sets its version.</param>
internal sealed record Change(GenerationTask After)
{
    public TaskAttempt? Attempt { get; init; }

    public SlotAdmission? Admission { get; init; }

    public MoneyMove? Money { get; init; }

    public IReadOnlyList<TaskAsset> Assets { get; init; } = [];

    public IReadOnlyList<TaskInput> Inputs { get; init; } = [];

    /// <summary>Mail that is used up by it.</summary>
    public IReadOnlyList<long> UsedMail { get; init; } = [];

    /// <summary>What an operator does by it.</summary>
    public TaskAction? Action { get; init; }

    /// <summary>
    /// Whether the rows are as this change makes them and were not before. Phases and attempts are written by a task's owner alone, so that its
    /// owner then knows that it wrote them itself, though the answer of the commit was lost.
    /// </summary>
    /// <param name="before">The task it was made from.</param>
    /// <param name="attempt">The attempt that <paramref name="before"/> had, or null.</param>
    /// <param name="found">What stands in the store now.</param>
    public bool IsDone(GenerationTask before, TaskAttempt? attempt, TaskDetail found)
    {
        if (found.Task.Version <= before.Version || found.Task.Phase != After.Phase) return false;
        if (Attempt is not { } wanted) return After.Phase != before.Phase;

        // The store sets these two for a new one.
        var stored = found.Attempts.FirstOrDefault(row => row.Number == wanted.Number);
        return stored == wanted with { StartedAt = stored?.StartedAt ?? 0, SendBy = stored?.SendBy ?? 0 }
            && (After.Phase != before.Phase || stored != attempt);
    }
}

/// <summary>Writes decisions about live tasks: a write that missed is followed by a reload and a new decision.</summary>
internal sealed partial class TaskWriter(
    GroupCommitter committer, ITaskStore store, Ownership ownership, TimeSpan retention, TimeProvider time, ILogger<TaskWriter> logger)
{
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    /// <summary>Who may keep results for another period than the server's; null for nobody.</summary>
    public AccountBook? Accounts { get; init; }

    /// <summary>
    /// Decides on the current row and writes the outcome. While the store is away it tries again: what an upstream answered must not be
    /// forgotten because a disk was full.
    /// </summary>
    /// <param name="live">The task; its row and attempt are replaced by what was written.</param>
    /// <param name="decide">Pure; gives null when nothing is to be done (any more).</param>
    /// <returns>Applied, or why not; null when the decision was to write nothing.</returns>
    public async Task<OperationOutcome?> ApplyAsync(LiveTask live, Func<GenerationTask, Change?> decide)
    {
        while (true)
        {
            var (before, attempt) = (live.Task, live.Attempt);
            if (decide(before) is not { } change) return null;
            var result = await WriteAsync(live, Operation(live, before, change));
            if (result.Outcome == OperationOutcome.VersionChanged)
            {
                if (await ReloadAsync(live) is not { } found) return OperationOutcome.NotFound;
                if (change.IsDone(before, attempt, found)) return OperationOutcome.Applied;
                continue;
            }

            if (result.IsApplied)
            {
                // An operator may have changed one that is long over.
                if (change.Inputs.Count > 0) live.Inputs = change.Inputs;
                if (result.Attempt is { } written && !(written.Number < live.Attempt?.Number)) live.Offer(result.Task!, written);
                else live.Offer(result.Task!);
            }
            else if (result.Outcome == OperationOutcome.NotOwned)
            {
                ownership.Lose(live.Task.Shard, live.Epoch);
            }

            return result.Outcome;
        }
    }

    /// <summary>Makes another task on behalf of one that this node drives.</summary>
    public async Task<OperationOutcome> CreateAsync(LiveTask live, GenerationTask task) =>
        (await WriteAsync(live, new StoreOperation.Create(ownership.Fence(task.Shard), task))).Outcome;

    /// <summary>Leaves mail for whoever owns the task now. Written once it can be.</summary>
    public Task PostAsync(LiveTask live, InboxRow row) => WriteAsync(live, new StoreOperation.Post(row));

    /// <summary>Takes a used row out of the task's inbox, and notes what an operator was answered.</summary>
    public Task UseMailAsync(LiveTask live, InboxRow row, TaskAction? action = null) =>
        WriteAsync(live, new StoreOperation.Note(ownership.Fence(live), live.Task.Id, [row.Id], action));

    /// <summary>Reads the task's rows again.</summary>
    /// <returns>What was found, or null if it is gone.</returns>
    public async Task<TaskDetail?> ReloadAsync(LiveTask live)
    {
        if (await store.FindAsync(live.Task.Id, CancellationToken.None) is not { } found) return null;
        live.Inputs = found.Inputs;
        live.Offer(found.Task, found.Attempts.FirstOrDefault(attempt => attempt.Number == (found.Task.OpenAttempt ?? found.Task.AttemptCount)));
        return found;
    }

    private StoreOperation.Transition Operation(LiveTask live, GenerationTask before, Change change)
    {
        var after = change.After with { Version = before.Version + 1 };
        Check(before, after, change.Money);
        if (change.Money is not null) after = after with { ExpiresAt = after.FinishedAt + (long)KeptFor(after.AccountId).TotalMilliseconds };
        return new(ownership.Fence(live), after)
        {
            Attempt = change.Attempt,
            Admission = change.Admission,
            Money = change.Money,
            Assets = change.Assets,
            Inputs = change.Inputs,
            UsedMail = change.UsedMail,
            Action = change.Action,
        };
    }

    // Fixed at the end: callers are told of it, and signed links are good until then.
    private TimeSpan KeptFor(string accountId) => Accounts?.Find(accountId)?.Retention.Assets ?? retention;

    // Said here and again by the schema: a wrong transition must stop before it is durable.
    private static void Check(GenerationTask before, GenerationTask after, MoneyMove? money)
    {
        var isEnd = !before.Phase.IsTerminal() && after.Phase.IsTerminal();
        if (before.Phase.IsTerminal() ? after.Phase != before.Phase : !TaskPhases.CanFollow(before.Phase, after.Phase))
        {
            throw new UnreachableException($"Task {before.Id} cannot go from {before.Phase} to {after.Phase}.");
        }

        if (isEnd != (money is not null)) throw new UnreachableException($"Task {before.Id}: money moves exactly at the end.");
        if (after.Progress < before.Progress || (before.HasStarted && !after.HasStarted))
        {
            throw new UnreachableException($"Task {before.Id}: what callers see never goes back.");
        }
    }

    private async Task<OperationResult> WriteAsync(LiveTask live, StoreOperation operation)
    {
        while (true)
        {
            try
            {
                return await committer.WriteAsync(operation);
            }
            catch (StoreUnavailableException exception) when (!committer.IsCompleted)
            {
                LogStoreAway(live.Task.Id, exception);
                await Task.Delay(StorePause, time);
            }
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "Task {TaskId} could not be written; trying again in a second.")]
    private partial void LogStoreAway(string taskId, Exception exception);
}
