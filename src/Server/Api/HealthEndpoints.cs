using Reelay.Contracts;
using Reelay.Server.Engine;

namespace Reelay.Server.Api;

/// <summary>For load balancers: alive, and ready for new orders. Neither takes a key.</summary>
internal sealed class HealthEndpoints(EngineHost host, EngineGate gate, Ownership ownership)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => JsonAnswer.WriteAsync(context, new Readiness("ok"), ContractsJson.Default.Readiness));
        routes.MapGet("/readyz", context => Reason() is { } reason
            ? ErrorWriter.WriteAsync(context, new ApiError(503, "not_ready", reason))
            : JsonAnswer.WriteAsync(context, new Readiness("ready"), ContractsJson.Default.Readiness));
    }

    private string? Reason() =>
        gate.IsDraining ? "The server is stopping."
        : !host.IsReady || !ownership.HasAny ? "The server is starting."
        : gate.IsDiskLow ? "The server is short of disk space."
        : null;
}
