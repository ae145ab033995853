namespace Reelay.Server.Api.Guards;

/// <summary>
/// Headers of every answer. An answer is JSON that only its asker may keep unless its handler says otherwise: pages of the documentation and
/// stored files set their own policies.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>For JSON: nothing in it is ever a page.</summary>
    public const string JsonPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>For stored files, which callers and upstreams made: shown, never run.</summary>
    public const string ContentPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

    // A year, as browsers' preload lists ask for. Other hosts of the domain are their operators' matter.
    private const string Transport = "max-age=31536000";

    /// <summary>Adds them; behind the reading of trusted proxies, which know whether the caller came by https.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(next => context =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = JsonPolicy;
        headers.CacheControl = "no-store";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = Transport;
        return next(context);
    });

    /// <summary>Sets those of a stored file. Pages of other origins may show it: whoever has its link may see it.</summary>
    public static void SetContent(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentPolicy;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }
}
