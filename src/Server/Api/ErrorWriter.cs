using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Api;

/// <summary>The one place that writes an error: OpenAI's body on every route, and the headers that keep SDKs from harm.</summary>
internal static partial class ErrorWriter
{
    /// <summary>Sends a refusal.</summary>
    public static Task WriteAsync(HttpContext context, ApiError error)
    {
        var headers = context.Response.Headers;
        if (error.Status is 408 or 429 or >= 500) headers.RetryAfter = Math.Clamp(error.RetryAfterSeconds, 1, 60).ToString();
        if (!error.ShouldRetry) headers["x-should-retry"] = "false";

        // Names of fields and other words of the caller's are in both; whatever was sent, they are short and on one line.
        var (message, param) = (Shown.Sentence(error.Message), error.Param is null ? null : Shown.Name(error.Param));
        var body = new ErrorBody(new ErrorDetail(message, error.Type, param, error.Code));
        if (IsFlat(context)) body = body with { Code = error.Code, Message = message };
        return JsonAnswer.WriteAsync(context, body, ContractsJson.Default.ErrorBody, error.Status);
    }

    private static bool IsFlat(HttpContext context) => context.Features.Get<ApiKey>() is { } key && key.Dialects.HasFlag(Dialect.FlatErrors);

    /// <summary>Around everything: gives each request an id, and turns what falls through into the error body.</summary>
    public static void UseErrorBody(this IApplicationBuilder app, RequestIds ids)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ErrorWriter));
        app.Use(async (context, next) =>
        {
            context.Response.Headers["x-request-id"] = ids.Next();
            try
            {
                await next(context);
                if (!context.Response.HasStarted && Missing(context) is { } error) await WriteAsync(context, error);
            }
            catch (Exception exception) when (!context.Response.HasStarted)
            {
                if (context.RequestAborted.IsCancellationRequested) return;
                await WriteAsync(context, From(context, exception, logger));
            }
        });
    }

    // Routing answers an unknown path or method with an empty body; nobody else leaves one with these statuses.
    private static ApiError? Missing(HttpContext context)
    {
        var response = context.Response;
        if (response.ContentLength is not null || response.ContentType is not null) return null;
        var (method, path) = (Shown.Value(context.Request.Method), Shown.Value(context.Request.Path));
        return response.StatusCode switch
        {
            404 => new(404, "unknown_url", $"There is no {method} {path} here; see the documentation."),
            405 => new(405, "method_not_allowed", $"{path} does not take {method}; it takes {response.Headers.Allow}."),
            413 => new(413, "request_too_large", "The request is too large."),
            415 => new(415, "unsupported_media_type", "Send the request as JSON, multipart/form-data or a urlencoded form."),
            _ => null,
        };
    }

    private static ApiError From(HttpContext context, Exception exception, ILogger logger)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return bad.StatusCode == 413
                    ? new ApiError(413, "request_too_large", "The request is larger than this server takes.")
                    : new ApiError(bad.StatusCode, "incomplete_body", "The request could not be read to its end.");
            case var full when Engine.DiskFull.Is(full):
                LogUnavailable(logger, context.Request.Path, exception);
                return new ApiError(503, "disk_full", "The server is short of disk space.") { RetryAfterSeconds = 30 };
            case Assets.AssetStoreAwayException:
                // Once in the log for everybody who meets it.
                return new ApiError(503, "store_unavailable", "The server could not reach its file store just now. Please try again.") { RetryAfterSeconds = 5 };
            case var away when Storage.StoreErrors.IsAway(away):
                // Locked, read-only, or a disk that fails: writes beside the batches say it in the database's own words.
                LogUnavailable(logger, context.Request.Path, exception);
                return new ApiError(503, "store_unavailable", "The server could not store this just now. Please try again.");
            default:
                LogFailed(logger, context.Request.Path, exception);
                return new ApiError(500, "internal_error", "The server made a mistake. It has been logged under this request's id.");
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The request to {Path} failed.")]
    private static partial void LogFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(1002, LogLevel.Error, "The request to {Path} found the store away.")]
    private static partial void LogUnavailable(ILogger logger, string path, Exception exception);
}
