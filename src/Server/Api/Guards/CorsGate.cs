using Microsoft.Extensions.Primitives;
using Reelay.Server.Assets.Fetching;

namespace Reelay.Server.Api.Guards;

/// <summary>
/// Pages of other origins: none may read an answer unless <c>Reelay:Api:CorsOrigins</c> names their origin. Keys go in headers that no browser
/// adds by itself, so credentials are never allowed; <c>/admin</c> is for no page at all.
/// </summary>
internal sealed class CorsGate
{
    private const string Everybody = "*";
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private const string MaxAgeSeconds = "600";
    private const int MaxAskedLength = 4096;

    // What our own clients of the browser need to see; the rest is for servers.
    private const string Exposed =
        "x-request-id, x-should-retry, Retry-After, openai-poll-after-ms, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
        + "x-ratelimit-reset-requests, Content-Range, Content-Disposition, ETag, Accept-Ranges";

    private readonly HashSet<string> _origins;

    private CorsGate(HashSet<string> origins) => _origins = origins;

    /// <summary>Reads the setting; see <see cref="SettingWords"/>.</summary>
    /// <exception cref="InvalidOperationException">A word is no origin.</exception>
    public static CorsGate Read(IConfiguration configuration)
    {
        var words = SettingWords.Of(configuration.GetSection("Reelay:Api:CorsOrigins")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var wrong = words.FirstOrDefault(word => word != Everybody && !(WebOrigin.TryParse(word, out _) && !word.EndsWith('/')));
        return wrong is null ? new CorsGate(words) : throw new InvalidOperationException(
            $"Reelay:Api:CorsOrigins has '{wrong}'; it takes origins such as https://app.example.com, or * for all.");
    }

    /// <summary>Adds it before keys are looked at: a preflight carries none.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (_origins.Count == 0) return;
        app.Use(next => context => context.Request.Path.StartsWithSegments("/v1") ? RunAsync(context, next) : next(context));
    }

    private Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var (request, headers) = (context.Request, context.Response.Headers);

        // Caches must know that the answer differs by origin, also where none was sent.
        if (!_origins.Contains(Everybody)) headers.Vary = "Origin";
        if (request.Headers.Origin is not [{ } origin] || !(_origins.Contains(Everybody) || _origins.Contains(origin))) return next(context);
        headers.AccessControlAllowOrigin = _origins.Contains(Everybody) ? Everybody : origin;
        headers.AccessControlExposeHeaders = Exposed;
        return IsPreflight(request) ? AnswerAsync(context) : next(context);
    }

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && !StringValues.IsNullOrEmpty(request.Headers.AccessControlRequestMethod);

    // SDKs send headers of their own (x-stainless-…); none of what is allowed here can harm, since no credential comes by itself.
    private static Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        var asked = context.Request.Headers.AccessControlRequestHeaders.ToString();
        if (asked.Length is > 0 and <= MaxAskedLength) headers.AccessControlAllowHeaders = asked;
        headers.AccessControlMaxAge = MaxAgeSeconds;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
