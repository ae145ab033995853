using Microsoft.Net.Http.Headers;
using Reelay.Server.Assets;

namespace Reelay.Server.Api.Content;

/// <summary>Serves a stored file: GET and HEAD, conditions, one range.</summary>
internal static class ContentResponse
{
    // Private, since the answer needs a key or a signed link; an hour, since a file never changes but its owner may delete it.
    private const string CacheControl = "private, max-age=3600";

    private const int PieceBytes = 256 * 1024;

    /// <summary>Answers with the file, a part of it, or 304.</summary>
    /// <param name="context">A GET or HEAD whose response has not begun. Accept is not looked at.</param>
    /// <param name="reader">The file; stays the caller's.</param>
    /// <param name="content">What the file is.</param>
    /// <returns>Null when the answer is given; else a refusal (412 or 416) that the caller still has to write.</returns>
    public static async Task<ApiError?> WriteAsync(HttpContext context, IAssetReader reader, ContentDescription content)
    {
        var request = context.Request.GetTypedHeaders();
        var tag = new EntityTagHeaderValue($"\"{content.Sha256}\"");
        var lastModified = WholeSeconds(content.LastModified);
        if (ContentConditions.HasFailed(request, tag, lastModified))
            return new ApiError(412, "precondition_failed", "The content is not the one that If-Match or If-Unmodified-Since names.");

        var response = context.Response;
        SetValidators(response, tag, lastModified);
        if (ContentConditions.IsNotModified(request, tag, lastModified))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }

        // Ranges are defined for GET alone; HEAD tells about the whole.
        var isRangeAsked = HttpMethods.IsGet(context.Request.Method) && ContentConditions.AllowRange(request, tag, lastModified);
        var range = ByteRange.Parse(isRangeAsked ? context.Request.Headers.Range.ToString() : null, content.SizeBytes);
        if (range.Kind == ByteRangeKind.Unsatisfiable) return RefuseRange(response, content.SizeBytes);

        SetContentHeaders(response, content, range);
        if (HttpMethods.IsHead(context.Request.Method)) return null;
        await SendAsync(context, reader, range);
        return null;
    }

    /// <summary>Shown where it is opened, under its own name where it is saved.</summary>
    public static string Disposition(ContentDescription content)
    {
        var disposition = new ContentDispositionHeaderValue("inline");
        if (content.FileName is not null) disposition.SetHttpFileName(content.FileName);
        return disposition.ToString();
    }

    private static void SetValidators(HttpResponse response, EntityTagHeaderValue tag, DateTimeOffset lastModified)
    {
        response.Headers.ETag = tag.ToString();
        response.Headers.LastModified = HeaderUtilities.FormatDate(lastModified);
        response.Headers.CacheControl = CacheControl;

        // With 304 as well: caches take over what it says.
        Guards.SecurityHeaders.SetContent(response.Headers);
        response.Headers.AcceptRanges = "bytes";
    }

    private static void SetContentHeaders(HttpResponse response, ContentDescription content, ByteRange range)
    {
        response.ContentType = content.ContentType;
        response.ContentLength = range.LengthBytes;
        response.Headers.ContentDisposition = Disposition(content);
        if (range.Kind != ByteRangeKind.Part) return;

        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = $"bytes {range.Start}-{range.Start + range.LengthBytes - 1}/{content.SizeBytes}";
    }

    private static ApiError RefuseRange(HttpResponse response, long sizeBytes)
    {
        // The error's body is neither the file nor to be kept.
        response.Headers.Remove(HeaderNames.ETag);
        response.Headers.Remove(HeaderNames.LastModified);
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentRange = $"bytes */{sizeBytes}";
        return new ApiError(416, "range_not_satisfiable", $"The range lies outside the content, which has {sizeBytes} bytes.", "Range");
    }

    private static async Task SendAsync(HttpContext context, IAssetReader reader, ByteRange range)
    {
        try
        {
            // Once the headers are in the pipe, GetMemory hands out the pipe's own blocks: the file is read straight into them.
            await context.Response.StartAsync(context.RequestAborted);
            reader.Expect(range.Start, range.LengthBytes);
            var isWhole = await CopyAsync(context, reader, range.Start, range.LengthBytes);

            // Fewer bytes than announced: only a broken connection tells the client that it has not got the file.
            if (!isWhole) context.Abort();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; nobody is there to be told.
        }
        catch (Exception exception) when (exception is AssetStoreAwayException or FileNotFoundException)
        {
            // The bucket went away, or the file went out of it, in the middle: no mistake of ours, and the client must not take it for the end.
            context.Abort();
        }
    }

    private static async Task<bool> CopyAsync(HttpContext context, IAssetReader reader, long offset, long remaining)
    {
        var body = context.Response.BodyWriter;
        while (remaining > 0)
        {
            var wanted = (int)Math.Min(remaining, PieceBytes);
            var count = await reader.ReadAsync(body.GetMemory(wanted)[..wanted], offset, context.RequestAborted);
            if (count == 0) return false;
            body.Advance(count);
            offset += count;
            remaining -= count;
            var flushed = await body.FlushAsync(context.RequestAborted);
            if (flushed.IsCompleted || flushed.IsCanceled) return true;
        }

        return true;
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
