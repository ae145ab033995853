using Reelay.Contracts;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Create, read, list, delete and cancel.</summary>
internal sealed class VideoEndpoints(
    Authentication authentication, TaskCreation creation, TaskReader reader, TaskIntents intents, ListReader lists, BaseUrls baseUrls,
    LinkSigner links, EngineParts parts)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/videos", CreateAsync);
        routes.MapGet("/v1/videos", ListAsync);
        routes.MapGet("/v1/videos/{id}", ReadAsync);
        routes.MapDelete("/v1/videos/{id}", context => IntendAsync(context, isDelete: true));
        routes.MapPost("/v1/videos/{id}/cancel", context => IntendAsync(context, isDelete: false));

        // Fixed words win over {id} by ASP.NET's own precedence.
        foreach (var operation in new[] { "edits", "extensions" })
        {
            routes.MapPost("/v1/videos/" + operation, context => RefuseAsync(context, operation));
        }

        routes.MapPost("/v1/videos/{id}/remix", context => RefuseAsync(context, "remix"));
    }

    private async Task CreateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var created = key.Error is { } refused ? refused : await creation.CreateAsync(context, key.Value!);
        if (created.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await AnswerAsync(context, new Snapshot(created.Value!, []));
    }

    private async Task ReadAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await AnswerAsync(context, found.Value!);
    }

    private async Task IntendAsync(HttpContext context, bool isDelete)
    {
        var key = authentication.Authenticate(context);
        var done = key.Error is { } refused ? refused : await intents.WriteAsync(RouteId(context), key.Value!.AccountId, isDelete);
        if (done.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else if (isDelete) await JsonAnswer.WriteAsync(context, new DeletedVideo(done.Value!.Id), ContractsJson.Default.DeletedVideo);
        else if (await reader.FindAsync(done.Value!.Id, key.Value!.AccountId) is { } found) await AnswerAsync(context, found);
        else await ErrorWriter.WriteAsync(context, NotFound(RouteId(context)));
    }

    private async Task ListAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var listed = key.Error is { } refused ? refused : await lists.ReadAsync(context.Request, key.Value!.AccountId);
        if (listed.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        await JsonAnswer.WriteAsync(context, listed.Value!, ContractsJson.Default.PageVideo);
    }

    private async Task RefuseAsync(HttpContext context, string operation)
    {
        var key = authentication.Authenticate(context);
        await ErrorWriter.WriteAsync(
            context, key.Error ?? ApiError.Invalid("unsupported_operation", null, $"Reelay does not offer {operation} yet: no model here can do it."));
    }

    private ValueTask<ApiResult<Snapshot>> FindAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        return key.Error is { } error ? new(error) : reader.FindOrRefuseAsync(RouteId(context), key.Value!.AccountId);
    }

    private Task AnswerAsync(HttpContext context, Snapshot snapshot)
    {
        if (!snapshot.Task.Phase.IsTerminal())
        {
            var pause = VideoBodies.PollAfterMilliseconds(snapshot.Task, snapshot.ExpectedSeconds(parts), parts.Now);
            context.Response.Headers["openai-poll-after-ms"] = pause.ToString();
        }

        return JsonAnswer.WriteAsync(context, snapshot.Body(baseUrls.Of(context.Request), links));
    }

    internal static string RouteId(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    /// <summary>One answer for ids that never were, are another account's, or were deleted: nobody learns which.</summary>
    internal static ApiError NotFound(string id) =>
        new(404, "video_not_found", $"There is no video with the id '{(id.Length <= 64 ? id : id[..64] + "…")}'.", "id");
}
