using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Events;

/// <summary>Server-sent events of one task: what it is now, then every committed change that its caller can see, until it is terminal.</summary>
/// <remarks>
/// An event's id is the task's version. Whoever comes back with <c>Last-Event-ID</c> gets only what is newer, except for the end: that is
/// always told, or nobody could know why the stream closes. A browser comes back after every end; the terminal event therefore tells it to
/// wait a day, and whoever closes on that event never comes back at all.
/// </remarks>
internal sealed class EventStream(TaskWatch watch, VideoAnswers answers, TimeProvider time)
{
    private const int RetryMilliseconds = 2000;
    private const int RetryAfterEndMilliseconds = 86_400_000;
    private static readonly TimeSpan HeartbeatPause = TimeSpan.FromSeconds(15);

    /// <summary>Writes until the task is terminal or deleted, the caller leaves or the server stops.</summary>
    public async Task WriteAsync(HttpContext context, Snapshot found)
    {
        Begin(context);
        answers.HintWhenToPoll(context, found);
        using var watcher = watch.Enter(found.Task, context.RequestAborted);
        try
        {
            await SendAsync(context, $"retry: {RetryMilliseconds}\n\n");
            await FollowAsync(context, watcher);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to tell.
        }
    }

    private async Task FollowAsync(HttpContext context, TaskWatch.Watcher watcher)
    {
        var sentVersion = LastEventId(context.Request);
        byte[]? sentBody = null;
        var lastSentAt = time.GetTimestamp();
        while (true)
        {
            // The promise first: a change between the read and the wait must wake it.
            var changed = watcher.Changed();
            if (await watcher.ReadAsync() is not { } now) return;
            var isEnd = now.Task.Phase.IsTerminal();
            if (isEnd || now.Task.Version > sentVersion)
            {
                var body = answers.Body(context, now);

                // Much that is committed is nobody's business but ours, and leaves the video as it was.
                if (sentBody is null || !body.AsSpan().SequenceEqual(sentBody))
                {
                    await SendAsync(context, Head(context, now), body);
                    lastSentAt = time.GetTimestamp();
                }

                (sentVersion, sentBody) = (now.Task.Version, body);
            }

            if (isEnd || watcher.IsOver) return;
            var left = HeartbeatPause - time.GetElapsedTime(lastSentAt);
            if (left <= TimeSpan.Zero)
            {
                await SendAsync(context, ": still here\n\n");
                (lastSentAt, left) = (time.GetTimestamp(), HeartbeatPause);
            }

            await watcher.WaitAsync(changed, left);
        }
    }

    private static void Begin(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static string Head(HttpContext context, Snapshot now)
    {
        var status = VideoAnswers.StatusFor(context, now.Task);
        var retry = now.Task.Phase.IsTerminal() ? $"retry: {RetryAfterEndMilliseconds}\n" : "";
        return $"{retry}id: {now.Task.Version}\nevent: video.{status}\ndata: ";
    }

    // Something that was never an id of ours says nothing about what its sender has.
    private static long LastEventId(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    // A caller that reads slowly holds the flush, and skips what changes meanwhile.
    private static async Task SendAsync(HttpContext context, string text, byte[]? data = null)
    {
        var writer = context.Response.BodyWriter;
        Encoding.UTF8.GetBytes(text, writer);
        if (data is not null)
        {
            writer.Write(data);
            writer.Write("\n\n"u8);
        }

        await writer.FlushAsync(context.RequestAborted);
    }
}
