namespace Reelay.Server.Assets.Fetching;

/// <summary>The body of a fetch: bounded in bytes and time, and never ending quietly before its announced length.</summary>
internal sealed class FetchedStream(Stream body, string host, long? announcedBytes, FetchBounds bounds, FetchClock clock) : Stream
{
    private long _count;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _count;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="FetchException">A bound passed, or the connection failed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        var read = await ReadOnceAsync(buffer, cancellationToken);
        _count += read;
        if (_count > bounds.MaxBytes) throw new FetchException(FetchFailure.TooLarge, $"{host} sends more than {bounds.MaxBytes} bytes.");
        if (read == 0 && _count < announcedBytes)
            throw new FetchException(FetchFailure.Truncated, $"{host} announced {announcedBytes} bytes and sent {_count}.");
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: a download is awaited.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var waiting = clock.Wait(bounds.MaxIdleTime, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, clock.Token);
        }
        catch (Exception) when (clock.HasExpired)
        {
            throw new FetchException(FetchFailure.TimedOut, $"{host} took too long to send its content.");
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw FetchException.From(e, host);
        }
    }
}
