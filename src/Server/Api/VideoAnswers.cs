using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>The one place that answers with a video or a page of them: in the key's dialect, and with the hint when to ask again.</summary>
internal sealed class VideoAnswers(BaseUrls baseUrls, LinkSigner links, CompletionEstimates estimates)
{
    // Errors have a dialect of their own; it leaves videos as they are.
    internal const Dialect OfVideos = Dialect.Pending | Dialect.Nulls;

    /// <summary>What of the key's dialects concerns videos.</summary>
    public static Dialect DialectOf(HttpContext context) => (context.Features.Get<ApiKey>()?.Dialects ?? Dialect.None) & OfVideos;

    /// <summary>A task's state in the words of this request's caller.</summary>
    public static string StatusFor(HttpContext context, GenerationTask task) => DialectJson.Status(VideoBodies.Status(task), DialectOf(context));

    /// <summary>The video as UTF-8, as this request's caller wants it.</summary>
    public byte[] Body(HttpContext context, Snapshot snapshot) =>
        snapshot.Body(baseUrls.Of(context.Request), links, estimates, DialectOf(context));

    /// <summary>Says on the answer for a task that is not done when to look again.</summary>
    public void HintWhenToPoll(HttpContext context, Snapshot snapshot)
    {
        if (snapshot.Estimate(estimates) is not { } estimate) return;
        context.Response.Headers["openai-poll-after-ms"] = VideoBodies.PollAfterMilliseconds(estimate, estimates.Now).ToString();
    }

    /// <summary>Sends a video.</summary>
    public Task WriteAsync(HttpContext context, Snapshot snapshot)
    {
        HintWhenToPoll(context, snapshot);
        return JsonAnswer.WriteAsync(context, Body(context, snapshot));
    }

    /// <summary>Sends a page.</summary>
    public static Task WriteAsync(HttpContext context, Page<Video> page) => DialectOf(context) is var dialects and not Dialect.None
        ? JsonAnswer.WriteAsync(context, DialectJson.Render(page, dialects))
        : JsonAnswer.WriteAsync(context, page, ContractsJson.Default.PageVideo);
}
