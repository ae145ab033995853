using Reelay.Contracts;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>The processes that share the work, for operators. Of itself the answering one knows more than the store does.</summary>
internal sealed class AdminNodeEndpoints(Authentication authentication, ILeaseStore store, ShardKeeper keeper, Ownership ownership, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/admin/v1/nodes", ListAsync);

    private async Task ListAsync(HttpContext context)
    {
        var asked = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : AdminPages.Read(context.Request);
        if (asked.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var query = asked.Value!;
        var nodes = (await store.ListNodesAsync(context.RequestAborted)).Select(Body).OrderBy(node => node.Id, StringComparer.Ordinal).ToList();
        if (query.AfterId is { } after && !nodes.Exists(node => node.Id == after))
        {
            await ErrorWriter.WriteAsync(context, AdminPages.BadCursor(after));
            return;
        }

        if (query.IsDescending) nodes.Reverse();
        var rest = query.AfterId is { } before ? nodes[(nodes.FindIndex(node => node.Id == before) + 1)..] : nodes;
        var page = rest.Take(query.Limit).ToList();
        await JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rest.Count > page.Count), ContractsJson.Default.PageAdminNode);
    }

    private AdminNode Body(NodeRow row)
    {
        var isSelf = row.Id == ownership.NodeId;
        var own = isSelf ? keeper.Report : null;
        var isDraining = own?.IsDraining ?? row.IsDraining;
        return new AdminNode
        {
            Id = row.Id,
            Version = row.Version,
            StartedAt = row.StartedAt,

            // Whoever answers lives; where leases are not timed it tells nobody else.
            LastSeenAt = isSelf && !ownership.IsTimed ? time.GetUtcNow().ToUnixTimeMilliseconds() : row.LastSeenAt,
            Status = !row.IsLive ? "dead" : isDraining ? "draining" : "live",
            Shards = isSelf ? ownership.Count : row.ShardCount,
            Tasks = own?.LiveTasks ?? row.LiveTasks,
            LagMs = own?.LagMilliseconds ?? row.LagMilliseconds,
            IsSelf = isSelf,
        };
    }
}
