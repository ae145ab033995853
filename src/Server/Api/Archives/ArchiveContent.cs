using Microsoft.Net.Http.Headers;
using Reelay.Providers;
using Reelay.Server.Api.Content;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Assets.Links;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Archives;

/// <summary>Passes files of earlier gateways on, as they come: nothing of them is stored here.</summary>
internal sealed class ArchiveContent(
    Authentication authentication, ArchiveReader reader, LinkSigner links, MediaFetcher fetcher, EngineOptions options)
{
    private const string NoKey = "missing_api_key";
    private const int HeadBytes = 64;

    /// <summary>Whether a refusal leaves it open that an earlier gateway knows the video.</summary>
    /// <remarks>Its ids need not look like ours; a link to such an id was not judged yet.</remarks>
    public static bool MayKnow(HttpContext context, ApiError refusal) => refusal.Code == VideoEndpoints.UnknownVideo
        || (refusal.Code == "invalid_signature" && TaskIds.Normalize(VideoEndpoints.RouteId(context)) is null);

    /// <summary>Answers a download of an id that is not known here.</summary>
    /// <returns>Null when the answer is given; else the refusal.</returns>
    public async Task<ApiError?> TryServeAsync(HttpContext context)
    {
        var id = VideoEndpoints.RouteId(context);
        var key = authentication.Authenticate(context);
        if (key.Error is { } refused)
        {
            if (refused.Code != NoKey || !SignedLink.IsClaimed(context.Request)) return refused;
            if (SignedLink.Refusal(links, context.Request, id) is { } bad) return bad;
        }

        var found = await reader.FindAsync(id, key.Value?.AccountId, context.RequestAborted);
        if (found.Error is { } error) return error;
        if (found.Value!.Video.State is not PollResult.Succeeded { Outputs: var outputs })
            return ApiError.Invalid("video_not_ready", null, $"Video {id} is not completed at the gateway that made it; there is no content.");
        var asked = ContentQuery.Read(context.Request.Query, outputs.Count);
        if (asked.Error is { } wrong) return wrong;
        if (asked.Value!.Variant is not null)
            return ApiError.Invalid("variant_unavailable", "variant", $"Video {id} was made by an earlier gateway; only the video itself can be had.");
        try
        {
            return await SendAsync(context, found.Value, outputs[asked.Value.Index], id);
        }
        catch (FetchException exception) when (exception.IsLinkDead && !context.Response.HasStarted)
        {
            return Gone(id);
        }
        catch (ProviderException exception) when (exception.Kind is ProviderErrorKind.NotFound or ProviderErrorKind.Expired && !context.Response.HasStarted)
        {
            return Gone(id);
        }
        catch (Exception exception) when (exception is ProviderException or IOException or HttpRequestException)
        {
            if (!context.Response.HasStarted) return ArchiveReader.Away(id);
            context.Abort();
            return null;
        }
    }

    private static ApiError Gone(string id) => new(404, "asset_expired", $"The file of video {id} is gone at the gateway that made it.");

    private async Task<ApiError?> SendAsync(HttpContext context, Archived found, ProviderOutput output, string id)
    {
        var opened = output is ProviderOutput.Opened(var open) ? await open(context.RequestAborted) : null;
        switch (opened, output)
        {
            case (OutputContent.Bytes(var bytes, var length), _):
                await using (bytes) return await CopyAsync(context, bytes, length, id);
            case (OutputContent.Elsewhere(var elsewhere), _):
                return await FetchAsync(context, found, elsewhere, id);
            case (_, ProviderOutput.AtUrl(var url)):
                return await FetchAsync(context, found, url, id);
            case (_, ProviderOutput.Inline(var content)):
                await using (content) return await CopyAsync(context, content, content.Length, id);
            default:
                throw new ArgumentOutOfRangeException(nameof(output), output, "unknown kind of output");
        }
    }

    private async Task<ApiError?> FetchAsync(HttpContext context, Archived found, UpstreamUrl url, string id)
    {
        var trust = new FetchTrust.UpstreamResult(WebOrigin.Of(found.Channel.Account.BaseUrl));
        var bounds = new FetchBounds(options.MaxResultBytes) { MaxTotalTime = TimeSpan.FromSeconds(options.FetchSeconds) };
        await using var content = await fetcher.OpenAsync(url.Value, trust, bounds, context.RequestAborted);
        return await CopyAsync(context, content.Stream, content.LengthBytes, id);
    }

    // The type is found in the bytes: a browser must not be told to show what somebody else's server calls a page.
    private static async Task<ApiError?> CopyAsync(HttpContext context, Stream content, long? length, string id)
    {
        var head = new byte[HeadBytes];
        var count = await content.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, context.RequestAborted);
        var type = MediaSniffer.Sniff(head.AsSpan(0, count)) ?? "application/octet-stream";
        var response = context.Response;
        response.ContentType = type;
        response.ContentLength = length;
        response.Headers.CacheControl = "private, no-store";
        Guards.SecurityHeaders.SetContent(response.Headers);
        var disposition = new ContentDispositionHeaderValue("inline");
        disposition.SetHttpFileName(id + MediaNames.Extension(type));
        response.Headers.ContentDisposition = disposition.ToString();
        if (HttpMethods.IsHead(context.Request.Method)) return null;
        await response.Body.WriteAsync(head.AsMemory(0, count), context.RequestAborted);
        await content.CopyToAsync(response.Body, context.RequestAborted);
        return null;
    }
}
