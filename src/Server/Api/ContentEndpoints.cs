using Reelay.Server.Api.Archives;
using Reelay.Server.Api.Content;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Variants;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>The stored files of a finished task and the pictures made of them, by key or by signed link.</summary>
internal sealed class ContentEndpoints(ContentAccess access, IAssetStore assets, VariantMaker variants, ArchiveContent archives, ContentRedirect redirect, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/v1/videos/{id}/content", [HttpMethods.Get, HttpMethods.Head], ServeAsync).As(Operations.Core);

    private async Task ServeAsync(HttpContext context)
    {
        if (await TryServeAsync(context) is { } error) await ErrorWriter.WriteAsync(context, error);
    }

    private async Task<ApiError?> TryServeAsync(HttpContext context)
    {
        var found = await access.FindAsync(context);
        if (found.Error is { } missing) return ArchiveContent.MayKnow(context, missing) ? await archives.TryServeAsync(context) : missing;
        var query = context.Request.Query;
        if ((ContentQuery.ReadVariant(query).Error ?? ContentRedirect.Read(query).Error) is { } unknown) return unknown;
        if (NotReady(context, found.Value!) is { } early) return early;
        var asked = ContentQuery.Read(query, found.Value!.Assets.Count);
        if (asked.Error is { } bad) return bad;

        var (task, index) = (found.Value!.Task, asked.Value!.Index);
        var asset = found.Value!.Assets[index];
        var name = index == 0 ? task.Id : $"{task.Id}-{index}";
        if (asked.Value!.Variant is { } kind) return await ServeVariantAsync(context, task, VariantOrder.From(task, asset, kind), name);
        return await SendAsync(context, task, asset.Key, new ContentDescription(
            asset.ContentType,
            asset.SizeBytes,
            asset.Sha256,
            DateTimeOffset.FromUnixTimeMilliseconds(asset.CreatedAt),
            name + MediaNames.Extension(asset.ContentType)));
    }

    private async Task<ApiError?> ServeVariantAsync(HttpContext context, GenerationTask task, VariantOrder order, string name)
    {
        VariantResult result;
        try
        {
            result = await variants.FindOrMakeAsync(order, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; what it asked for is made for the next one.
            return null;
        }

        if (result.Variant is not { } variant) return Refusal(result, order);
        return await SendAsync(context, task, variant.Key, new ContentDescription(
            variant.ContentType,
            variant.SizeBytes,
            variant.Sha256,
            DateTimeOffset.FromUnixTimeMilliseconds(variant.CreatedAt),
            $"{name}-{order.Kind.ToWord()}{MediaNames.Extension(variant.ContentType)}"));
    }

    private async Task<ApiError?> SendAsync(HttpContext context, GenerationTask task, string key, ContentDescription content)
    {
        if (redirect.TryAnswer(context, key, content, task.ExpiresAt)) return null;
        await using var file = await assets.OpenAsync(key, context.RequestAborted);
        return file is null ? Expired(task.Id) : await ContentResponse.WriteAsync(context, file, content);
    }

    private ApiError? NotReady(HttpContext context, Snapshot found)
    {
        var task = found.Task;
        if (task.Error is { } error) return ApiError.Invalid(error.Code, null, $"Video {task.Id} failed: {error.Message}");
        if (task.Phase != TaskPhase.Completed)
        {
            var status = VideoAnswers.StatusFor(context, task);
            return ApiError.Invalid("video_not_ready", null, $"Video {task.Id} is {status} at {task.Progress} %; there is no content yet.");
        }

        // The file may be there a little longer; what the task said counts.
        var hasExpired = task.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds();
        return hasExpired || found.Assets.Count == 0 ? Expired(task.Id) : null;
    }

    // 400 where asking again does not help: SDKs repeat 5xx by themselves.
    private static ApiError Refusal(VariantResult result, VariantOrder order) => result.Outcome switch
    {
        VariantOutcome.Gone => Expired(order.Source.TaskId),
        VariantOutcome.Unavailable => ApiError.Invalid(
            "variant_unavailable", "variant", $"There is no {order.Kind.ToWord()} of video {order.Source.TaskId}: {result.Reason}"),
        VariantOutcome.Busy => new(503, "variants_busy", "Too many thumbnails and spritesheets are being made; please try again.", "variant")
        {
            RetryAfterSeconds = 5,
        },
        VariantOutcome.Stopping => new(503, "shutting_down", "The server is stopping; another try will reach its successor."),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "no answer for this outcome"),
    };

    private static ApiError Expired(string id) => new(404, "asset_expired", $"The file of video {id} has passed its expires_at and is gone.");
}
