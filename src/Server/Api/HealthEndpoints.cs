using Reelay.Contracts;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>For load balancers: alive, and ready for new orders. Neither takes a key.</summary>
internal sealed class HealthEndpoints(EngineHost host, EngineGate gate, Ownership ownership, ShardKeeper keeper, GroupCommitter committer, TimeProvider time)
{
    // A database that is reached and does not answer must not hold up the answer here, nor fill the committer with looks.
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(0.8);
    private readonly Lock _gate = new();
    private Task _probe = Task.CompletedTask;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => JsonAnswer.WriteAsync(context, new Readiness("ok"), ContractsJson.Default.Readiness));
        routes.MapGet("/readyz", async context =>
        {
            var reason = Reason() ?? (await IsStoreAwayAsync() ? "The database cannot be written." : null);
            if (reason is null) await JsonAnswer.WriteAsync(context, new Readiness("ready"), ContractsJson.Default.Readiness);
            else await ErrorWriter.WriteAsync(context, new ApiError(503, "not_ready", reason));
        });
    }

    // Where nothing writes any more, since nobody sends orders to a server that is not ready, this look finds out that it is again.
    private async Task<bool> IsStoreAwayAsync()
    {
        if (!committer.IsStoreAway) return false;
        try
        {
            await Probe().WaitAsync(ProbeTime, time);
            return false;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return true;
        }
    }

    private Task Probe()
    {
        lock (_gate) return _probe.IsCompleted ? _probe = committer.ProbeAsync() : _probe;
    }

    private string? Reason() =>
        gate.IsDraining ? "The server is stopping."
        : keeper.IsStoreAway ? "The database cannot be reached."
        : !host.IsReady || !ownership.HasAny ? "The server is starting."
        : !ownership.IsCurrent ? "The server could not renew its part of the tasks."
        : gate.IsDiskLow ? "The server is short of disk space."
        : null;
}
