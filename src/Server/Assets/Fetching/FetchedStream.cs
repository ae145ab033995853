using Reelay.Server.Storage;

namespace Reelay.Server.Assets.Fetching;

/// <summary>The body of a fetch: bounded in bytes and time, and never ending quietly before its announced length.</summary>
internal sealed class FetchedStream(Stream body, string host, long? announcedBytes, FetchBounds bounds, FetchClock clock) : ForwardStream
{
    private long _count;

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
