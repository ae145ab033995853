using Reelay.Server.Tasks;

namespace Reelay.Simulation.World;

/// <summary>
/// The real leases as one node sees them: calls sometimes fail, before or after they took effect, and now and then none gets through for longer
/// than a lease lasts, while the node's other calls do.
/// </summary>
internal sealed class WatchedLeases(ILeaseStore store, RunState run) : ILeaseStore
{
    private const int CutPerThousand = 8;
    private const int MaxCutSeconds = 25;

    private long _cutUntil;

    public TimeSpan? LeaseTime => store.LeaseTime;

    public Task<LeaseView> JoinAsync(NodeReport node, CancellationToken ct) => store.JoinAsync(node, ct);

    public Task<LeaseView> RenewAsync(NodeReport node, CancellationToken ct) => RunAsync($"renewal of {node.NodeId}", () => store.RenewAsync(node, ct));

    public Task<IReadOnlyList<OwnedShard>> ClaimAsync(string nodeId, int most, CancellationToken ct) =>
        RunAsync($"claim of {nodeId}", () => store.ClaimAsync(nodeId, most, ct));

    public Task ReleaseAsync(string nodeId, IReadOnlyList<OwnedShard> shards, CancellationToken ct) => RunAsync($"release of {nodeId}", async () =>
    {
        await store.ReleaseAsync(nodeId, shards, ct);
        return 0;
    });

    public Task LeaveAsync(string nodeId, CancellationToken ct) => store.LeaveAsync(nodeId, ct);

    public Task<IReadOnlyList<NodeRow>> ListNodesAsync(CancellationToken ct) => store.ListNodesAsync(ct);

    private async Task<T> RunAsync<T>(string what, Func<Task<T>> call)
    {
        if (run.Happens(CutPerThousand))
        {
            var seconds = run.Random.Next(MaxCutSeconds);
            run.Trace.Add($"{run.Clock} {what}: cut for {seconds} s");
            _cutUntil = run.Scheduler.Now + (seconds * TimeSpan.TicksPerSecond);
        }

        if (run.Scheduler.Now < _cutUntil || run.Happens(run.Scenario.CommitRefused)) throw Failed(what + " refused");
        var isLost = run.Happens(run.Scenario.CommitUnknown);
        var result = await call();
        return isLost ? throw Failed(what + ": answer lost") : result;
    }

    private StoreUnavailableException Failed(string what)
    {
        run.Trace.Add($"{run.Clock} {what}");
        return new StoreUnavailableException(what, null);
    }
}
