using Reelay.Server.Api.Content;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>The stored file of a finished task.</summary>
internal sealed class ContentEndpoints(Authentication authentication, TaskReader reader, IAssetStore assets, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/v1/videos/{id}/content", [HttpMethods.Get, HttpMethods.Head], ServeAsync).As(Operations.Core);

    private async Task ServeAsync(HttpContext context)
    {
        if (await TryServeAsync(context) is { } error) await ErrorWriter.WriteAsync(context, error);
    }

    private async Task<ApiError?> TryServeAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused) return refused;
        var found = await reader.FindOrRefuseAsync(VideoEndpoints.RouteId(context), key.Value!.AccountId);
        if (found.Error is { } missing) return missing;
        if (BadVariant(context.Request) is { } variant) return variant;
        if (NotReady(found.Value!) is { } early) return early;

        var asset = found.Value!.Assets[0];
        await using var file = await assets.OpenAsync(asset.Key, context.RequestAborted);
        if (file is null) return Expired(found.Value!.Task.Id);
        return await ContentResponse.WriteAsync(context, file, new ContentDescription(
            asset.ContentType,
            asset.SizeBytes,
            asset.Sha256,
            DateTimeOffset.FromUnixTimeMilliseconds(asset.CreatedAt),
            found.Value!.Task.Id + Extension(asset.ContentType)));
    }

    private static ApiError? BadVariant(HttpRequest request) => (string?)request.Query["variant"] switch
    {
        null or "" or "video" => null,
        "thumbnail" or "spritesheet" => ApiError.Invalid(
            "unsupported_variant", "variant", "Thumbnails and spritesheets are not made yet; variant can be 'video'."),
        var other => ApiError.Invalid("invalid_variant", "variant", $"variant can be 'video', not '{other}'."),
    };

    private ApiError? NotReady(Snapshot found)
    {
        var task = found.Task;
        if (task.Error is { } error) return ApiError.Invalid(error.Code, null, $"Video {task.Id} failed: {error.Message}");
        if (task.Phase != TaskPhase.Completed)
        {
            return ApiError.Invalid(
                "video_not_ready", null, $"Video {task.Id} is {VideoBodies.Status(task)} at {task.Progress} %; there is no content yet.");
        }

        // The file may be there a little longer; what the task said counts.
        var hasExpired = task.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds();
        return hasExpired || found.Assets.Count == 0 ? Expired(task.Id) : null;
    }

    private static ApiError Expired(string id) => new(404, "asset_expired", $"The file of video {id} has passed its expires_at and is gone.");

    private static string Extension(string contentType) => contentType switch
    {
        "video/mp4" => ".mp4",
        "video/quicktime" => ".mov",
        "video/webm" => ".webm",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/webp" => ".webp",
        "image/gif" => ".gif",
        _ => ".bin",
    };
}
