using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Providers;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets.Links;

namespace Reelay.Server.Api.Archives;

/// <summary>Answers for tasks of earlier gateways in the words of this API, with links that lead here.</summary>
internal sealed class ArchiveAnswers(Authentication authentication, ArchiveReader reader, BaseUrls baseUrls, LinkSigner links)
{
    /// <summary>Answers a read of an id that is not known here.</summary>
    /// <returns>Null when the answer is given; else the refusal.</returns>
    public async Task<ApiError?> TryAnswerAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused) return refused;
        var found = await reader.FindAsync(VideoEndpoints.RouteId(context), key.Value!.AccountId, context.RequestAborted);
        if (found.Error is { } error) return error;
        if (Body(found.Value!, baseUrls.Of(context.Request)) is not { } video) return ArchiveReader.Away(found.Value!.Video.Id);
        var dialects = VideoAnswers.DialectOf(context);
        await JsonAnswer.WriteAsync(
            context, dialects == Dialect.None ? JsonAnswer.Serialize(video, ContractsJson.Default.Video) : DialectJson.Render(video, dialects));
        return null;
    }

    // Null for an answer that says nothing of the task.
    private Video? Body(Archived found, string baseUrl)
    {
        var old = found.Video;
        if (old.State is PollResult.Unreadable) return null;
        var isCompleted = old.State is PollResult.Succeeded;
        var expires = Expires(found);
        var link = isCompleted ? links.ContentLink(baseUrl, old.Id, null, expires) : null;
        return new Video
        {
            Id = old.Id,
            TaskId = old.Id,
            Model = old.Model ?? "",
            Status = old.State switch
            {
                PollResult.Succeeded => "completed",
                PollResult.Failed => "failed",
                PollResult.Running { HasStarted: false } => "queued",
                _ => "in_progress",
            },
            Progress = isCompleted ? 100 : old.State is PollResult.Running { Progress: { } progress } ? (int)Math.Clamp(progress, 0, 99) : 0,
            CreatedAt = old.CreatedAt?.ToUnixTimeSeconds() ?? 0,
            Seconds = old.Seconds?.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) ?? "0",
            Size = old.Size ?? "",
            Prompt = old.Prompt ?? "",

            // Some write it while the task runs; it is when it ended.
            CompletedAt = old.State is PollResult.Running ? null : old.CompletedAt?.ToUnixTimeSeconds(),
            ExpiresAt = isCompleted ? expires : null,
            Error = old.State is PollResult.Failed ? new(old.ErrorCode ?? "generation_failed", old.ErrorMessage ?? "The video could not be made.") : null,
            OutputUrl = isCompleted ? $"{baseUrl}/v1/videos/{old.Id}/content" : null,
            VideoUrl = link,
            Url = link,
            Outputs = Outputs(old, baseUrl, expires),
            Metadata = link is null ? null : new JsonObject { ["url"] = link },
        };
    }

    private List<VideoOutput>? Outputs(ArchivedVideo old, string baseUrl, long expires) => old.State is PollResult.Succeeded { Outputs: { Count: > 1 } outputs }
        ? [.. Enumerable.Range(0, outputs.Count).Select(index => new VideoOutput(index, links.ContentLink(baseUrl, old.Id, index, expires)))]
        : null;

    private static long Expires(Archived found) =>
        (found.Video.ExpiresAt is { } own && own < found.Archive.Until ? own : found.Archive.Until).ToUnixTimeSeconds();
}
