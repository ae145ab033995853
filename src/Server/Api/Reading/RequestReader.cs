using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Reelay.Server.Api.Reading;

/// <summary>Reads the body of a create or a similar request: JSON, multipart and urlencoded become one model.</summary>
public static class RequestReader
{
    /// <summary>Reads the whole body. Uploads are in the sink when it returns; none is left there when it refuses or throws.</summary>
    /// <exception cref="IOException">The sink failed. Whatever is wrong with the body is a result, never an exception.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and not because the client closed its side.</exception>
    public static async Task<ApiResult<RequestFields>> ReadAsync(
        HttpRequest request, IUploadSink sink, ReadingLimits limits, CancellationToken cancellationToken)
    {
        RaiseServerLimit(request, limits);
        var fields = new RequestFields(sink);
        var isAccepted = false;
        try
        {
            if (await ReadBodyAsync(request, limits, fields, cancellationToken) is { } error)
            {
                return error;
            }

            isAccepted = true;
            return fields;
        }
        catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The server cancels when the client closes its side in the middle of the body.
            return ReadingErrors.IncompleteBody;
        }
        finally
        {
            if (!isAccepted)
            {
                fields.Dispose();
                await fields.DiscardAsync();
            }
        }
    }

    private static async Task<ApiError?> ReadBodyAsync(
        HttpRequest request, ReadingLimits limits, RequestFields fields, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxMultipartBytes)
        {
            return ReadingErrors.TooLarge(limits.MaxMultipartBytes);
        }

        BodyKind kind;
        try
        {
            kind = await PeekAsync(request, cancellationToken);
        }
        catch (Exception exception) when (IsBodyFault(exception, cancellationToken))
        {
            return Map(exception, limits.MaxMultipartBytes);
        }

        return kind.Encoding switch
        {
            BodyEncoding.Multipart when kind.Boundary is null => ReadingErrors.Multipart("The content type names no boundary, and the body does not begin with one."),
            BodyEncoding.Multipart => await ReadMultipartAsync(request, kind.Boundary!, limits, fields, cancellationToken),
            BodyEncoding.Unsupported => ReadingErrors.UnsupportedMediaType(request.ContentType ?? "(none)"),
            _ => await ReadBufferedAsync(request, kind.Encoding, limits, fields, cancellationToken),
        };
    }

    private static async ValueTask<BodyKind> PeekAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            var isEnough = read.IsCompleted || BodyKind.CanDecide(read.Buffer);
            var kind = isEnough ? BodyKind.Of(request.ContentType, read.Buffer) : default;

            // Nothing is consumed: whoever reads the body sees it from its first byte.
            request.BodyReader.AdvanceTo(read.Buffer.Start, isEnough ? read.Buffer.Start : read.Buffer.End);
            if (isEnough)
            {
                return kind;
            }
        }
    }

    private static async Task<ApiError?> ReadMultipartAsync(
        HttpRequest request, string boundary, ReadingLimits limits, RequestFields fields, CancellationToken cancellationToken)
    {
        await using var source = request.BodyReader.AsStream(leaveOpen: true);
        await using var body = new WatchedStream(source, limits.MaxMultipartBytes);
        try
        {
            var error = await new MultipartBody(boundary, limits, fields).ReadAsync(body, cancellationToken);
            return error is not null && body.HasEnded && body.BytesRead < request.ContentLength ? ReadingErrors.IncompleteBody : error;
        }
        catch (Exception) when (body.Fault is { } fault && IsBodyFault(fault, cancellationToken))
        {
            return body.IsTooLarge ? ReadingErrors.TooLarge(limits.MaxMultipartBytes) : Map(fault, limits.MaxMultipartBytes);
        }
    }

    private static async Task<ApiError?> ReadBufferedAsync(
        HttpRequest request, BodyEncoding encoding, ReadingLimits limits, RequestFields fields, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxJsonBytes)
        {
            return ReadingErrors.TooLarge(limits.MaxJsonBytes);
        }

        var buffer = new PooledBuffer((int)Math.Clamp(request.ContentLength ?? 0, 512, 1 << 20));
        fields.Own(buffer);
        try
        {
            if (!await TryReadAllAsync(request.BodyReader, buffer, limits.MaxJsonBytes, cancellationToken))
            {
                return ReadingErrors.TooLarge(limits.MaxJsonBytes);
            }
        }
        catch (Exception exception) when (IsBodyFault(exception, cancellationToken))
        {
            return Map(exception, limits.MaxJsonBytes);
        }

        if (buffer.Length < request.ContentLength)
        {
            return ReadingErrors.IncompleteBody;
        }

        return encoding is BodyEncoding.UrlEncoded
            ? UrlEncodedBody.Read(buffer.Written, limits, fields)
            : ReadJson(buffer.Written, limits, fields);
    }

    private static ApiError? ReadJson(ReadOnlyMemory<byte> body, ReadingLimits limits, RequestFields fields)
    {
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return ReadingErrors.EmptyBody;
        }

        if (JsonBody.Parse(body, limits, out var document) is { } error)
        {
            return error;
        }

        fields.Own(document!);
        var root = document!.RootElement;
        if (root.ValueKind is not System.Text.Json.JsonValueKind.Object)
        {
            return ReadingErrors.NotAnObject;
        }

        var list = new List<RequestField>(root.GetPropertyCount());
        foreach (var member in root.EnumerateObject())
        {
            list.Add(new RequestField(member.Name, member.Value, IsRepeated: false));
        }

        fields.Fields = list;
        return null;
    }

    private static async ValueTask<bool> TryReadAllAsync(
        PipeReader reader, PooledBuffer buffer, long maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (buffer.Length + read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                return false;
            }

            foreach (var segment in read.Buffer)
            {
                buffer.Append(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    // The server's own limit is below ours; where it cannot be changed any more it applies and is reported the same way.
    private static void RaiseServerLimit(HttpRequest request, ReadingLimits limits)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limits.MaxMultipartBytes + 1;
        }
    }

    // A connection that dies shows as a cancelled read too; only our own token makes it a cancellation.
    private static bool IsBodyFault(Exception exception, CancellationToken cancellationToken) =>
        exception is IOException or InvalidDataException
        || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static ApiError Map(Exception exception, long maxBytes) => exception is BadHttpRequestException bad
        ? bad.StatusCode switch
        {
            413 => ReadingErrors.TooLarge(maxBytes),
            408 => ReadingErrors.SlowBody,
            _ => ReadingErrors.IncompleteBody,
        }
        : ReadingErrors.IncompleteBody;
}
