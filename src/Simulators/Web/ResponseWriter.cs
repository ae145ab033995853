using Microsoft.Net.Http.Headers;

namespace Reelay.Simulators;

/// <summary>Puts a simulated answer on the wire, whole or broken.</summary>
internal static class ResponseWriter
{
    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, IClipStore clips, SimulatedResponse response)
    {
        context.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers)
            context.Response.Headers.Append(name, value);
        if (response.Clip is not { } clip)
        {
            context.Response.ContentType = response.ContentType;
            using MemoryStream bytes = new(response.Bytes.ToArray(), writable: false);
            await SendAsync(context, bytes, 0, bytes.Length, response.Wire);
            return;
        }

        if (await clips.OpenAsync(clip.Order, clip.Variant, context.RequestAborted) is not { } file)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await using Stream content = file.Content;
        context.Response.ContentType = file.ContentType;
        await SendFileAsync(context, content, response.Wire);
    }

    /// <summary>Sends a file, or the one range of it that was asked for.</summary>
    public static async Task SendFileAsync(HttpContext context, Stream content, WireFault wire)
    {
        context.Response.Headers.AcceptRanges = "bytes";
        (long from, long length) = (0, content.Length);
        if (RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out RangeHeaderValue? ranges)
            && ranges is { Unit.Value: "bytes", Ranges.Count: 1 })
        {
            RangeItemHeaderValue range = ranges.Ranges.Single();
            from = range.From ?? Math.Max(0, content.Length - range.To!.Value);
            long last = range.From is null ? content.Length - 1 : Math.Min(range.To ?? long.MaxValue, content.Length - 1);
            length = last - from + 1;
            if (length <= 0)
            {
                context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                context.Response.Headers.ContentRange = $"bytes */{content.Length}";
                return;
            }

            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{last}/{content.Length}";
        }

        await SendAsync(context, content, from, length, wire);
    }

    private static async Task SendAsync(HttpContext context, Stream content, long from, long length, WireFault wire)
    {
        context.Response.ContentLength = length;
        long left = wire == WireFault.Truncate ? length / 2 : length;
        content.Position = from;
        while (left > 0)
        {
            Memory<byte> buffer = context.Response.BodyWriter.GetMemory(64 * 1024);
            int count = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], context.RequestAborted);
            if (count == 0)
                break;
            context.Response.BodyWriter.Advance(count);
            left -= count;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        if (wire == WireFault.Truncate)
            context.Abort();
    }
}
