using Reelay.Server.Assets;

namespace Reelay.Server.Api.Content;

/// <summary>
/// Answers <c>?redirect=true</c> with a link to the store itself, where files are kept in a bucket; the bytes then do not pass through this
/// server. Without the parameter nobody is ever redirected: most clients of this API do not follow.
/// </summary>
internal sealed class ContentRedirect(TimeProvider time, IAssetLinks? links = null)
{
    /// <summary>Reads <c>redirect</c>; an empty one is like none.</summary>
    public static ApiResult<string> Read(IQueryCollection query) => (string?)query["redirect"] switch
    {
        null or "" or "false" => "false",
        "true" => "true",
        var other => ApiError.Invalid("invalid_redirect", "redirect", $"redirect can be 'true' or 'false', not '{Reading.Shown.Value(other)}'."),
    };

    /// <summary>Answers with a link if one is asked for and can be given.</summary>
    /// <param name="context">A request that may have the file.</param>
    /// <param name="key">The file.</param>
    /// <param name="content">What it is.</param>
    /// <param name="endsAt">When the file itself ends, Unix milliseconds, or null.</param>
    /// <returns>False if the file has to be streamed.</returns>
    public bool TryAnswer(HttpContext context, string key, ContentDescription content, long? endsAt)
    {
        if (links is null || Read(context.Request.Query).Value != "true") return false;
        var life = Life(context.Request.Query, endsAt, links.MaxLife);
        var headers = new AssetLinkHeaders(content.ContentType, ContentResponse.Disposition(content), $"private, max-age={(int)life.TotalSeconds}");
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = links.Link(key, HttpMethods.IsHead(context.Request.Method), headers, life).AbsoluteUri;
        return true;
    }

    // No longer than the file is kept, and than the signed link lasts that asked: who was lent something cannot lend it out for longer.
    private TimeSpan Life(IQueryCollection query, long? endsAt, TimeSpan longest)
    {
        var now = time.GetUtcNow();
        var life = longest;
        if (endsAt is { } end) life = Shorter(life, DateTimeOffset.FromUnixTimeMilliseconds(end) - now);
        if (SignedLink.Ends(query) is { } until) life = Shorter(life, until - now);
        return life < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : life;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
