using System.Security.Cryptography;
using Amazon.S3.Model;

namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// Writes one object: what fits into one part by a single put, all else in parts, of which one is sent while the next is read. Nothing is
/// visible before the last call, and what fails is taken back.
/// </summary>
internal sealed class BucketWriter(BucketClient client, BucketUploads uploads, string objectName, TimeProvider time) : IDisposable
{
    /// <summary>Where the SHA-256 of an object stands that was written by one put.</summary>
    public const string HashHeader = "sha256";

    private const int HeadBytes = 64;
    private static readonly TimeSpan TakeBackTime = TimeSpan.FromSeconds(30);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<PartETag> _parts = [];
    private PartBuffer _filling = new();
    private PartBuffer? _spare;
    private Task _sending = Task.CompletedTask;
    private string? _uploadId;
    private bool _hasSpare;
    private bool _mayBeVisible;
    private byte[] _head = [];
    private long _size;

    /// <summary>What was written.</summary>
    public readonly record struct Result(long SizeBytes, string Sha256, byte[] Head);

    /// <summary>Writes a stream to its end.</summary>
    /// <exception cref="AssetTooLargeException">There are more than <paramref name="maxBytes"/> bytes.</exception>
    /// <exception cref="AssetStoreAwayException">The bucket failed. What the source throws is passed on as it is.</exception>
    public async Task<Result> WriteAsync(Stream source, long maxBytes, CancellationToken cancellationToken)
    {
        uploads.Open(objectName);
        var isDone = false;
        try
        {
            while (await FillAsync(source, maxBytes, cancellationToken)) await SendAsync(cancellationToken);
            var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
            if (_uploadId is null) await PutAsync(sha256, cancellationToken);
            else await FinishAsync(cancellationToken);
            isDone = true;
            return new Result(_size, sha256, _head);
        }
        finally
        {
            if (!isDone) await TakeBackAsync();
            uploads.Close(objectName);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filling.Dispose();
        _spare?.Dispose();
        if (_hasSpare) uploads.ReturnSpare();
        _hash.Dispose();
    }

    // False at the end of the source.
    private async Task<bool> FillAsync(Stream source, long maxBytes, CancellationToken cancellationToken)
    {
        while (!_filling.IsFull)
        {
            var start = _filling.Count;
            var count = await _filling.ReadFromAsync(source, cancellationToken);
            if (count == 0) return false;
            _size += count;
            if (_size > maxBytes) throw new AssetTooLargeException(maxBytes);
            _hash.AppendData(_filling.Since(start));
            if (_head.Length < HeadBytes && _size <= PartBuffer.PartBytes) _head = _filling.Written[..Math.Min(HeadBytes, _filling.Count)].ToArray();
        }

        return true;
    }

    // Two buffers at most: while one is sent the other is filled, if there is room for it; else one after the other.
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        _uploadId ??= await BeginAsync(cancellationToken);
        await _sending;
        var full = _filling;
        _sending = SendPartAsync(_uploadId, full, cancellationToken);
        if (_spare is null && !_hasSpare && (_hasSpare = uploads.TryTakeSpare())) _spare = new PartBuffer();
        if (_spare is null) await _sending;
        else (_filling, _spare) = (_spare, full);
        _filling.Clear();
    }

    private async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = client.Bucket, Key = objectName };
        return (await client.CallAsync("beginning an upload", s3 => s3.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken)).UploadId;
    }

    private async Task SendPartAsync(string uploadId, PartBuffer part, CancellationToken cancellationToken)
    {
        var number = _parts.Count + 1;
        using var body = part.ToBody();
        var request = new UploadPartRequest
        {
            BucketName = client.Bucket,
            Key = objectName,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = part.Count,
            InputStream = body,
            UseChunkEncoding = false,
        };
        var answer = await client.FindAsync("writing a part", s3 => s3.UploadPartAsync(request, cancellationToken), cancellationToken) ?? throw Ended();
        _parts.Add(new PartETag(number, answer.ETag));
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_filling.Count > 0)
        {
            await _sending;
            _sending = SendPartAsync(_uploadId!, _filling, cancellationToken);
        }

        await _sending;
        var request = new CompleteMultipartUploadRequest { BucketName = client.Bucket, Key = objectName, UploadId = _uploadId, PartETags = _parts };
        _mayBeVisible = true;
        var answer = await client.FindAsync("ending an upload", s3 => s3.CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken);
        if (answer is not null) return;

        // Ended already, when the answer to an earlier try was lost; else by somebody else.
        var found = await client.FindAsync("reading", s3 => s3.GetObjectMetadataAsync(client.Bucket, objectName, cancellationToken), cancellationToken);
        if (found?.ContentLength != _size) throw Ended();
    }

    private async Task PutAsync(string sha256, CancellationToken cancellationToken)
    {
        using var body = _filling.ToBody();
        var request = new PutObjectRequest { BucketName = client.Bucket, Key = objectName, InputStream = body, UseChunkEncoding = false };
        request.Metadata[HashHeader] = sha256;
        _mayBeVisible = true;
        await client.CallAsync("writing", s3 => s3.PutObjectAsync(request, cancellationToken), cancellationToken);
    }

    // Runs while another exception is on its way: that one tells what happened. What cannot be taken back now is left for the folder's end, or
    // for the sweep. The object as well, since the last call may have come through although its answer did not.
    private async Task TakeBackAsync()
    {
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(TakeBackTime, time);
        try
        {
            if (_uploadId is { } id)
            {
                var abort = new AbortMultipartUploadRequest { BucketName = client.Bucket, Key = objectName, UploadId = id };
                await client.FindAsync("ending an upload", s3 => s3.AbortMultipartUploadAsync(abort, limit.Token), limit.Token);
            }

            if (_mayBeVisible) await client.FindAsync("removing", s3 => s3.DeleteObjectAsync(client.Bucket, objectName, limit.Token), limit.Token);
        }
        catch (Exception exception) when (exception is AssetStoreAwayException or OperationCanceledException)
        {
            // See above.
        }
    }

    // Whoever removes a folder ends what is being written into it, too.
    private IOException Ended() => new($"The upload of {objectName} was ended by somebody else.");
}
