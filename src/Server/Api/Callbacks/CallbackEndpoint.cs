using Microsoft.AspNetCore.Http.Features;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Callbacks;

/// <summary>
/// Where upstreams call back. It needs no key: the address itself cannot be guessed. What came is durable before it is answered with 200; the
/// task's owner judges it.
/// </summary>
internal sealed partial class CallbackEndpoint(
    CallbackTokens tokens, ProviderSet providers, TaskEngine engine, ITaskStore store, GroupCommitter committer, TimeProvider time,
    ILogger<CallbackEndpoint> logger)
{
    /// <summary>Largest body in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    private const int MaxHeaderCharacters = 8 * 1024;
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(10);
    private static readonly byte[] Ok = "{\"ok\":true}"u8.ToArray();

    // What says who is asking or what the connection is like has no business in a row.
    private static readonly string[] NeverKept = ["Authorization", "Proxy-Authorization", "Cookie", "Host", "Connection"];

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(CallbackAddresses.Path + "/{provider}/{token}", TakeAsync);

    private async Task TakeAsync(HttpContext context)
    {
        var provider = (string)context.Request.RouteValues["provider"]!;
        if (tokens.Read(provider, (string)context.Request.RouteValues["token"]!) is not var (taskId, attempt))
        {
            // The same as for any address that does not exist; nothing was looked up and the body is not read.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var body = await ReadAsync(context);
        if (body.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var mail = new CallbackMail(Headers(context.Request.Headers), body.Value!);
        if ((providers.Find(provider) as IAnswersChallenges)?.AnswerChallenge(mail.Headers, mail.Body) is { } answer)
        {
            await JsonAnswer.WriteAsync(context, answer);
            return;
        }

        if (await KeepAsync(taskId, attempt, mail) is { } refusal) await ErrorWriter.WriteAsync(context, refusal);
        else await JsonAnswer.WriteAsync(context, Ok);
    }

    // The address must not reach a log: who has it can have the task looked at.
    private async Task<ApiError?> KeepAsync(string taskId, int attempt, CallbackMail mail)
    {
        try
        {
            if (!await IsWantedAsync(taskId, attempt)) return null;
            var row = mail.ToRow(taskId, attempt, time.GetUtcNow().ToUnixTimeMilliseconds());
            var written = await committer.WriteAsync(new StoreOperation.Post(row)).WaitAsync(WriteTime, time);
            if (written.Outcome == OperationOutcome.InboxFull)
                return new ApiError(503, "callbacks_full", "Too many callbacks for this order wait already; send it again later.") { RetryAfterSeconds = 5 };
            await engine.ReadMailAsync(taskId);
            return null;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException or System.Data.Common.DbException)
        {
            LogAway(taskId, exception.Message);
            return new ApiError(503, "store_unavailable", "The callback could not be stored just now; send it again.") { RetryAfterSeconds = 5 };
        }
    }

    // After the end of a task there is one thing left to learn: that an attempt which counts as lost was accepted after all.
    private async Task<bool> IsWantedAsync(string taskId, int attempt)
    {
        if (engine.Find(taskId) is { Task.IsLive: true }) return true;
        if (await store.FindAsync(taskId, CancellationToken.None) is not { } found) return false;
        return found.Task.IsLive || found.Attempts.Any(row => row.Number == attempt && row.UpstreamId is null && found.Task.AttemptCount == attempt);
    }

    private async Task<ApiResult<byte[]>> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = MaxBodyBytes;
        using var limit = new CancellationTokenSource(ReadTime, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, ended.Token);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == 413)
        {
            return new ApiError(413, "request_too_large", $"A callback has at most {MaxBodyBytes:N0} bytes.");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            return new ApiError(408, "request_timeout", $"The callback did not arrive within {ReadTime.TotalSeconds:0} seconds.");
        }

        return buffer.ToArray();
    }

    private static Dictionary<string, string> Headers(IHeaderDictionary headers)
    {
        var kept = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var left = MaxHeaderCharacters;
        foreach (var (name, values) in headers)
        {
            if (NeverKept.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            var value = values.ToString();
            left -= name.Length + value.Length;
            if (left < 0) break;
            kept[name] = value;
        }

        return kept;
    }

    [LoggerMessage(1010, LogLevel.Error, "A callback for task {TaskId} could not be stored: {Reason}")]
    private partial void LogAway(string taskId, string reason);
}
