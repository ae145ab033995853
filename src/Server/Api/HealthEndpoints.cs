using Reelay.Contracts;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>For load balancers: alive, and ready for new orders. Neither takes a key.</summary>
internal sealed class HealthEndpoints(EngineHost host, EngineGate gate, Ownership ownership, GroupCommitter committer, TimeProvider time)
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(1);

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
            await committer.ProbeAsync().WaitAsync(ProbeTime, time);
            return false;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return true;
        }
    }

    private string? Reason() =>
        gate.IsDraining ? "The server is stopping."
        : !host.IsReady || !ownership.HasAny ? "The server is starting."
        : !ownership.IsCurrent ? "The server could not renew its part of the tasks."
        : gate.IsDiskLow ? "The server is short of disk space."
        : null;
}
