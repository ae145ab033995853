using Reelay.Server.Assets.Links;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Content;

/// <summary>Finds the task whose content a request may have: by its key, or by the link's signature.</summary>
internal sealed class ContentAccess(Authentication authentication, LinkSigner links, TaskReader reader)
{
    private const string NoKey = "missing_api_key";

    /// <summary>The task, or why not.</summary>
    public async ValueTask<ApiResult<Snapshot>> FindAsync(HttpContext context)
    {
        var id = VideoEndpoints.RouteId(context);
        var key = authentication.Authenticate(context);
        if (key.Value is { } found) return await reader.FindOrRefuseAsync(id, found.AccountId);

        // A key decides, a wrong one too: whoever sends one wants to be told about it.
        if (key.Error!.Code != NoKey || !SignedLink.IsClaimed(context.Request)) return key.Error;
        if (SignedLink.Refusal(links, context.Request, TaskIds.Normalize(id) ?? "") is { } refused) return refused;
        return await reader.FindOrRefuseAsync(id, accountId: null);
    }
}
