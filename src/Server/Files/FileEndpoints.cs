using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Api.Content;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets;

namespace Reelay.Server.Files;

/// <summary>Uploads that orders can name by their id.</summary>
internal sealed class FileEndpoints(
    Authentication authentication, FileCreation creation, IFileStore store, FileJanitor janitor, IAssetStore assets)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/files", CreateAsync).As(Operations.Files);
        routes.MapGet("/v1/files", ListAsync).As(Operations.Files);
        routes.MapGet("/v1/files/{id}", ReadAsync).As(Operations.Files);
        routes.MapDelete("/v1/files/{id}", DeleteAsync).As(Operations.Files);
        routes.MapMethods("/v1/files/{id}/content", [HttpMethods.Get, HttpMethods.Head], ServeAsync).As(Operations.Files);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var created = key.Error is { } refused ? refused : await creation.CreateAsync(context, key.Value!.AccountId);
        if (created.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, Body(created.Value!), ContractsJson.Default.FileObject);
    }

    private async Task ListAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var query = key.Error is { } refused ? refused : FileListReader.Read(context.Request, key.Value!.AccountId);
        if (query.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        // One row more than asked says whether there is a next page; a page of none has none.
        var limit = query.Value!.Limit;
        var rows = limit == 0 ? [] : await store.ListAsync(query.Value with { Limit = limit + 1 }, context.RequestAborted);
        var page = rows.Take(limit).Select(Body).ToList();
        await JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rows.Count > limit), ContractsJson.Default.PageFileObject);
    }

    private async Task ReadAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, Body(found.Value!), ContractsJson.Default.FileObject);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var id = VideoEndpoints.RouteId(context);
        if ((key.Error ?? await TryDeleteAsync(key.Value!, id)) is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, new DeletedFile(id), ContractsJson.Default.DeletedFile);
    }

    private async Task<ApiError?> TryDeleteAsync(ApiKey key, string id)
    {
        if (!await store.DeleteAsync(key.AccountId, id, CancellationToken.None)) return UploadErrors.FileNotFound(id, "id");
        janitor.Wake();
        return null;
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (await TryServeAsync(context) is { } error) await ErrorWriter.WriteAsync(context, error);
    }

    private async Task<ApiError?> TryServeAsync(HttpContext context)
    {
        var found = await FindAsync(context);
        if (found.Error is { } missing) return missing;
        var file = found.Value!;

        // Deleted between the two reads.
        await using var reader = await assets.OpenAsync(file.Key, context.RequestAborted);
        if (reader is null) return UploadErrors.FileNotFound(file.Id, "id");
        return await ContentResponse.WriteAsync(context, reader, new ContentDescription(
            file.ContentType, file.SizeBytes, file.Sha256, DateTimeOffset.FromUnixTimeMilliseconds(file.CreatedAt), file.FileName));
    }

    private async ValueTask<ApiResult<StoredFile>> FindAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused) return refused;
        var id = VideoEndpoints.RouteId(context);
        return await store.FindAsync(key.Value!.AccountId, id, context.RequestAborted) is { } file ? file : UploadErrors.FileNotFound(id, "id");
    }

    private static FileObject Body(StoredFile file) => new()
    {
        Id = file.Id,
        Bytes = file.SizeBytes,
        CreatedAt = file.CreatedAt / 1000,
        ExpiresAt = file.ExpiresAt / 1000,
        Filename = file.FileName,
        Purpose = file.Purpose,
        ContentType = file.ContentType,
    };
}
