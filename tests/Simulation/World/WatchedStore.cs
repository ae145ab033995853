using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;

namespace Reelay.Simulation.World;

/// <summary>The real store, whose commits sometimes fail, before or after they took effect. What it wrote stands in the trace.</summary>
internal sealed class WatchedStore(SqliteTaskStore store, RunState run) : PassingTaskStore(store)
{
    private readonly Dictionary<string, GenerationTask> _seen = new(StringComparer.Ordinal);

    public override async Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
    {
        if (run.Happens(run.Scenario.CommitRefused))
        {
            run.Trace.Add($"{run.Clock} commit of {batch.Count} refused");
            throw new StoreUnavailableException("The simulated database is locked.", null);
        }

        var isUnknown = run.Happens(run.Scenario.CommitUnknown);
        if (isUnknown && run.Random.Next(2) == 0)
        {
            run.Trace.Add($"{run.Clock} commit of {batch.Count} lost before");
            throw new CommitOutcomeUnknownException("The simulated commit failed.", new IOException());
        }

        var results = await base.CommitAsync(batch, cancellationToken);
        for (var i = 0; i < results.Count; i++) Note(batch[i], results[i]);
        if (!isUnknown) return results;
        run.Trace.Add($"{run.Clock} answer of the commit lost");
        throw new CommitOutcomeUnknownException("The simulated commit's answer was lost.", new IOException());
    }

    private void Note(StoreOperation operation, OperationResult result)
    {
        run.Trace.Add($"{run.Clock} {operation.GetType().Name} {operation.TaskId} {result.Outcome} {result.Task?.Phase} v{result.Task?.Version}");
        if (!result.IsApplied || result.Task is not { } after) return;
        if (run.NodeCount == 1 && operation is StoreOperation.Transition { Fence: var fence }) run.Expect(fence.NodeId == run.OwnerId, $"{after.Id} was written by {fence.NodeId}, which is not its owner");
        if (_seen.TryGetValue(after.Id, out var before)) Judge(before, after, operation is StoreOperation.Transition);
        _seen[after.Id] = after;
    }

    // What callers see never goes back, and one write follows the other.
    private void Judge(GenerationTask before, GenerationTask after, bool isTransition)
    {
        run.Expect(after.Version > before.Version || (!isTransition && after.Version == before.Version), $"{after.Id} went from version {before.Version} to {after.Version}");
        run.Expect(after.Progress >= before.Progress, $"{after.Id} went from {before.Progress} % back to {after.Progress} %");
        run.Expect(after.HasStarted || !before.HasStarted, $"{after.Id} went back to queued");
        run.Expect(run.NodeCount > 1 || TaskPhases.CanFollow(before.Phase, after.Phase) || before.Phase == after.Phase, $"{after.Id} went from {before.Phase} to {after.Phase}");
        run.Expect(!before.Phase.IsTerminal() || before.Error == after.Error, $"{after.Id} ended a second time");
    }
}
