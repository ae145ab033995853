using Amazon.S3.Model;

namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// Reads one object by ranged requests. What is read front to back comes out of one request; a jump begins another, which fetches what was
/// asked for and reads ahead only once the reader goes on from there.
/// </summary>
internal sealed class BucketReader(BucketClient client, string objectName, long lengthBytes, TimeProvider time) : IAssetReader
{
    private const long FirstAheadBytes = 1 << 20;
    private const long MostAheadBytes = 64 << 20;

    // A connection that breaks in the middle of an answer is replaced this often by another that goes on from there.
    private const int MaxResumes = 2;

    private readonly Lock _gate = new();
    private Run? _run;
    private (long Start, long End) _expected;
    private bool _isDisposed;

    /// <inheritdoc/>
    public long LengthBytes => lengthBytes;

    /// <inheritdoc/>
    public void Expect(long offset, long count)
    {
        lock (_gate) _expected = (offset, offset + count);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset >= lengthBytes || buffer.Length == 0) return 0;
        var run = Take(offset, buffer.Length);
        try
        {
            var count = await ReadAsync(run, buffer, cancellationToken);
            Keep(ref run);
            return count;
        }
        finally
        {
            run?.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Run? last;
        lock (_gate) (last, _run, _isDisposed) = (_run, null, true);
        last?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> ReadAsync(Run run, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var failed = 0; ;)
        {
            using var limit = new CancellationTokenSource(client.CallTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                if (run.Body is null) await OpenAsync(run, cancellationToken);
                var count = await run.Body!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, run.End - run.Position)], either.Token);
                if (count == 0) throw new EndOfStreamException($"The answer ended at {run.Position} instead of {run.End}.");
                run.Position += count;
                return count;
            }
            catch (Exception exception) when (
                exception is not (AssetStoreAwayException or FileNotFoundException) && BucketClient.IsFailure(exception)
                && !cancellationToken.IsCancellationRequested)
            {
                run.Close();
                if (++failed > MaxResumes) throw client.Away("reading", exception);
            }
        }
    }

    private async Task OpenAsync(Run run, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = client.Bucket, Key = objectName, ByteRange = new ByteRange(run.Position, run.End - 1) };
        run.Answer = await client.FindAsync("reading", s3 => s3.GetObjectAsync(request, cancellationToken), cancellationToken)
            ?? throw new FileNotFoundException($"{objectName} was removed while it was being read.");
    }

    // The run that stands where the read begins; else a new one. At the end of an unexpected run its successor reads twice as far ahead.
    private Run Take(long offset, int count)
    {
        Run? last;
        (long Start, long End) expected;
        lock (_gate) (last, _run, expected) = (_run, null, _expected);
        if (last is not null && last.Position == offset && offset < last.End) return last;
        var ahead = last is not null && last.Position == offset ? Math.Clamp(last.AheadBytes * 2, FirstAheadBytes, MostAheadBytes) : 0;
        last?.Dispose();
        var end = offset >= expected.Start && offset < expected.End ? expected.End : offset + Math.Max(count, ahead);
        return new Run(Math.Min(end, lengthBytes)) { Position = offset, AheadBytes = ahead };
    }

    // For the next read. Of several at the same time the last one is kept.
    private void Keep(ref Run? run)
    {
        Run? other;
        lock (_gate)
        {
            if (_isDisposed) return;
            (other, _run, run) = (_run, run, null);
        }

        other?.Dispose();
    }

    /// <summary>One answer, read front to back up to <paramref name="end"/>.</summary>
    private sealed class Run(long end) : IDisposable
    {
        public long Position { get; set; }

        public long End => end;

        public long AheadBytes { get; init; }

        public GetObjectResponse? Answer { get; set; }

        public Stream? Body => Answer?.ResponseStream;

        public void Close()
        {
            Answer?.Dispose();
            Answer = null;
        }

        public void Dispose() => Close();
    }
}
