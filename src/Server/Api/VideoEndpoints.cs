using Reelay.Contracts;
using Reelay.Server.Api.Archives;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Events;
using Reelay.Server.Api.Reading;
using Reelay.Server.Catalog.Orders;

namespace Reelay.Server.Api;

/// <summary>Create, read, wait, follow, list, delete and cancel.</summary>
internal sealed class VideoEndpoints(
    Authentication authentication, TaskCreation creation, TaskReader reader, TaskIntents intents, ListReader lists, VideoAnswers answers,
    TaskWatch watch, EventStream events, Withholding withholding, ArchiveAnswers archives, PromptLog prompts)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/videos", CreateAsync).As(Operations.Core);
        routes.MapGet("/v1/videos", ListAsync).As(Operations.List);
        routes.MapGet("/v1/videos/{id}", ReadAsync).As(Operations.Core);
        routes.MapDelete("/v1/videos/{id}", context => IntendAsync(context, isDelete: true)).As(Operations.Delete);
        routes.MapPost("/v1/videos/{id}/cancel", context => IntendAsync(context, isDelete: false)).As(Operations.Cancel);
        routes.MapGet("/v1/videos/{id}/events", FollowAsync).As(Operations.Events);
        routes.MapPost("/v1/video/generations", CreateAsync).As(Operations.Generations);
        routes.MapGet("/v1/video/generations/{id}", ReadAsync).As(Operations.Generations);

        // Fixed words win over {id} by ASP.NET's own precedence.
        routes.MapPost("/v1/videos/edits", context => CreateAsync(context, new OrderRoute("edit", null))).As(Operations.Edits);
        routes.MapPost("/v1/videos/extensions", context => CreateAsync(context, new OrderRoute("extend", null))).As(Operations.Extensions);
        routes.MapPost("/v1/videos/{id}/remix", context => CreateAsync(context, new OrderRoute("edit", RouteId(context)))).As(Operations.Remix);
    }

    private Task CreateAsync(HttpContext context) => CreateAsync(context, default);

    private async Task CreateAsync(HttpContext context, OrderRoute route)
    {
        var key = authentication.AuthenticateOrder(context);
        var created = key.Error is { } refused ? refused : await creation.CreateAsync(context, key.Value!, route);
        if (created.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        prompts.Note(created.Value!.Task);
        await answers.WriteAsync(context, created.Value);
    }

    private async Task ReadAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Value is { } now && context.Request.QueryString.HasValue) found = await WaitAsync(context, now);
        if (found.Value is { } snapshot) await answers.WriteAsync(context, snapshot);
        else if (await Unknown(context, found.Error!) is { } error) await ErrorWriter.WriteAsync(context, error);
    }

    // An earlier gateway may know it.
    private Task<ApiError?> Unknown(HttpContext context, ApiError error) =>
        error.Code == UnknownVideo ? archives.TryAnswerAsync(context) : Task.FromResult<ApiError?>(error);

    private async Task<ApiResult<Snapshot>> WaitAsync(HttpContext context, Snapshot found)
    {
        // A server that does not know the word ignores it.
        if (withholding.Hides(context, Operations.Wait)) return found;
        var (patience, error) = WaitQuery.Read(context.Request);
        if (error is not null) return error;
        if (patience == TimeSpan.Zero) return found;
        return await watch.UntilTerminalAsync(found, patience, context.RequestAborted) is { } later ? later : NotFound(RouteId(context));
    }

    private async Task FollowAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await events.WriteAsync(context, found.Value!);
    }

    private async Task IntendAsync(HttpContext context, bool isDelete)
    {
        var key = authentication.Authenticate(context);
        var done = key.Error is { } refused ? refused : await intents.WriteAsync(RouteId(context), key.Value!.AccountId, isDelete);
        if (done.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else if (isDelete) await JsonAnswer.WriteAsync(context, new DeletedVideo(done.Value!.Id), ContractsJson.Default.DeletedVideo);
        else if (await reader.FindAsync(done.Value!.Id, key.Value!.AccountId) is { } found) await answers.WriteAsync(context, found);
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

        await VideoAnswers.WriteAsync(context, listed.Value!);
    }

    private ValueTask<ApiResult<Snapshot>> FindAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        return key.Error is { } error ? new(error) : reader.FindOrRefuseAsync(RouteId(context), key.Value!.AccountId);
    }

    internal static string RouteId(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    /// <summary>Code of <see cref="NotFound"/>.</summary>
    internal const string UnknownVideo = "video_not_found";

    /// <summary>One answer for ids that never were, are another account's, or were deleted: nobody learns which.</summary>
    internal static ApiError NotFound(string id) =>
        new(404, UnknownVideo, $"There is no video with the id '{Shown.Value(id)}'.", "id");
}
