using Microsoft.AspNetCore.Http.Features;
using Reelay.Server.Accounts;
using Reelay.Server.Api;

namespace Reelay.Server.Audit;

/// <summary>
/// Stands around every administrative route that changes something. The entry is durable before the change is made: what cannot be logged is
/// not done. The outcome is written before the answer leaves; if that fails the answer is given all the same, since the change is made, and
/// the entry stays without an outcome.
/// </summary>
internal sealed partial class AuditTrail(Authentication authentication, IAuditStore store, TimeProvider time, ILogger<AuditTrail> logger)
{
    private const int MaxTargetLength = 300;
    private static readonly PathString Prefix = "/admin";

    /// <summary>Adds it behind routing, whose metadata it reads.</summary>
    public void Use(IApplicationBuilder app) => app.Use(next => context => IsChange(context, out var key) ? RunAsync(context, next, key) : next(context));

    // What a stranger asks for changes nothing, and must not fill the log.
    private bool IsChange(HttpContext context, out ApiKey key)
    {
        key = null!;
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)) return false;
        if (!context.Request.Path.StartsWithSegments(Prefix) || context.GetEndpoint() is not RouteEndpoint) return false;
        if (authentication.AuthenticateAdmin(context).Value is not { IsAdmin: true } found) return false;
        key = found;
        return true;
    }

    private async Task RunAsync(HttpContext context, RequestDelegate next, ApiKey key)
    {
        var body = await ReadBodyAsync(context);
        var id = store.Begin(Entry(context, key, body));
        var original = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        var isDone = false;
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync();
            isDone = true;
        }
        finally
        {
            context.Response.Body = original;

            // What fell through becomes an answer further out, by then the log must know.
            if (!isDone) End(id, StatusCodes.Status500InternalServerError, null, null, context.Request.Path);
        }

        var (made, code) = AuditBody.Read(answer.GetBuffer().AsMemory(0, (int)answer.Length));
        End(id, context.Response.StatusCode, code, made, context.Request.Path);
        await context.Response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.RequestAborted);
    }

    // The handler reads the same bytes again.
    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        if (!AdminJson.HasBody(context)) return default;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = AdminJson.MaxBytes;
        var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy, context.RequestAborted);
        copy.Position = 0;
        context.Request.Body = copy;
        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }

    private AuditEntry Entry(HttpContext context, ApiKey key, ReadOnlyMemory<byte> body)
    {
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        var places = context.Request.RouteValues.Where(place => place.Value is string).Select(place => (string)place.Value!);
        var target = string.Join('/', places);
        return new AuditEntry(
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            key.Id,
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            context.Request.Method,
            endpoint.RoutePattern.RawText!,
            target.Length is > 0 and <= MaxTargetLength ? target : null,
            AuditBody.Describe(body, endpoint.Metadata.GetMetadata<AuditedFields>()));
    }

    private void End(long id, int status, string? errorCode, string? made, string path)
    {
        try
        {
            store.End(id, new AuditOutcome(time.GetUtcNow().ToUnixTimeMilliseconds(), status, errorCode, made));
        }
        catch (Exception exception) when (exception is Tasks.StoreUnavailableException or System.Data.Common.DbException or IOException)
        {
            LogOutcomeLost(logger, id, path, status, exception);
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "The outcome of entry {Id} of the audit log ({Path} answered {Status}) could not be written.")]
    private static partial void LogOutcomeLost(ILogger logger, long id, string path, int status, Exception exception);
}
