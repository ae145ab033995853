using Microsoft.AspNetCore.WebUtilities;
using Reelay.Server.Assets;

namespace Reelay.Server.Api.Reading;

/// <summary>Reads <c>multipart/form-data</c> part by part; files go to the sink as they arrive.</summary>
internal sealed class MultipartBody(string boundary, ReadingLimits limits, RequestFields fields)
{
    /// <summary>The code of every refusal of the form itself.</summary>
    public const string ErrorCode = "invalid_multipart_form";

    private readonly FormTree _tree = new(limits, ErrorCode);
    private readonly List<FilePart> _files = [];
    private bool _hasStoreFailed;

    /// <summary>Reads to the closing boundary.</summary>
    /// <exception cref="IOException">The source failed; <see cref="WatchedStream.Fault"/> says so.</exception>
    public async Task<ApiError?> ReadAsync(WatchedStream body, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(boundary, body, Math.Max(boundary.Length + 8, 16 << 10));
        var hasPart = false;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                hasPart = true;
                if ((_tree.Count() ?? await ReadPartAsync(section, body, cancellationToken)) is { } error)
                {
                    return error;
                }
            }
        }
        catch (InvalidDataException) when (!_hasStoreFailed)
        {
            return body.HasEnded
                ? ReadingErrors.IncompleteBody
                : ReadingErrors.Multipart("A part of the form has too many or too long headers, or headers that cannot be read.");
        }
        catch (IOException) when (!_hasStoreFailed && body is { HasEnded: true, Fault: null })
        {
            return hasPart || body.BytesRead == 0
                ? ReadingErrors.IncompleteBody
                : ReadingErrors.Multipart("The boundary that the content type names does not appear in the body.");
        }

        fields.Files = _files;
        return _tree.Finish(fields);
    }

    private async Task<ApiError?> ReadPartAsync(MultipartSection section, WatchedStream body, CancellationToken cancellationToken)
    {
        if (PartHeader.Read(section.ContentDisposition, section.ContentType) is not { } header)
        {
            return body.HasEnded
                ? ReadingErrors.IncompleteBody
                : ReadingErrors.Multipart("A part of the form has no name: each needs `Content-Disposition: form-data; name=\"…\"`.");
        }

        return header.IsFile
            ? await ReadFileAsync(header, section.Body, cancellationToken)
            : await ReadTextAsync(header.Name, section.Body, cancellationToken);
    }

    private async Task<ApiError?> ReadTextAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer(512);
        while (true)
        {
            var count = await content.ReadAsync(buffer.GetMemory(512), cancellationToken);
            if (count == 0)
            {
                return _tree.Add(name, buffer.ToArray());
            }

            buffer.Advance(count);
            if (buffer.Length > limits.MaxTextFieldBytes)
            {
                return ReadingErrors.FieldTooLarge(name, limits.MaxTextFieldBytes);
            }
        }
    }

    private async Task<ApiError?> ReadFileAsync(PartHeader header, Stream content, CancellationToken cancellationToken)
    {
        var first = new byte[1];
        var firstCount = await content.ReadAsync(first, cancellationToken);
        if (firstCount == 0 && header.FileName is not { Length: > 0 })
        {
            // What a browser sends for a file input that was left empty.
            return null;
        }

        await using var part = new WatchedStream(content, limits.MaxMultipartBytes);
        await using var whole = new PrefixedStream(first.AsMemory(0, firstCount), part);
        try
        {
            var asset = await fields.SaveAsync(whole, limits.MaxMultipartBytes, cancellationToken);
            _files.Add(new FilePart(FieldPath.Split(header.Name)[0], header.Name, header.FileName ?? "", asset));
            return null;
        }
        catch (AssetTooLargeException exception)
        {
            return ReadingErrors.FieldTooLarge(header.Name, exception.MaxBytes);
        }
        catch (Exception) when (part.Fault is null)
        {
            _hasStoreFailed = true;
            throw;
        }
    }
}
