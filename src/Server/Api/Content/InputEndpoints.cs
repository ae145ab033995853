using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Links;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Content;

/// <summary>The input files of running tasks, for upstreams that fetch them: by signed link only, and only while the task is live.</summary>
internal sealed class InputEndpoints(LinkSigner links, TaskReader reader, InputFiles inputs, IAssetStore assets)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/v1/inputs/{task}/{position}", [HttpMethods.Get, HttpMethods.Head], ServeAsync).As(Operations.Core);

    private async Task ServeAsync(HttpContext context)
    {
        if (await TryServeAsync(context) is { } error) await ErrorWriter.WriteAsync(context, error);
    }

    private async Task<ApiError?> TryServeAsync(HttpContext context)
    {
        var (request, route) = (context.Request, context.Request.RouteValues);
        var id = TaskIds.Normalize((string)route["task"]!) ?? "";
        if (!SignedLink.TryReadNumber((string)route["position"]!, out var position)) return SignedLink.Of(LinkVerdict.Altered);
        var verdict = links.VerifyInput(id, position, request.Query["expires"], request.Query["signature"]);
        if (SignedLink.Of(verdict) is { } refused) return refused;

        var found = await reader.FindAsync(id, accountId: null);
        if (found is not { Task.IsLive: true } || inputs.Find(found.Task, position) is not { } input) return Gone;
        await using var file = await assets.OpenAsync(input.Key, context.RequestAborted);
        if (file is null) return Gone;
        return await ContentResponse.WriteAsync(context, file, new ContentDescription(
            input.ContentType,
            input.SizeBytes,
            input.Sha256,
            DateTimeOffset.FromUnixTimeMilliseconds(input.CreatedAt),
            $"input-{position}{MediaNames.Extension(input.ContentType)}"));
    }

    private static ApiError Gone => new(404, "input_not_found", "This input is no longer needed, or not there yet.");
}
