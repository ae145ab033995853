using Reelay.Server.Storage;

namespace Reelay.Server.Api.Reading;

/// <summary>
/// Counts what is read, stops at a bound, and remembers what went wrong at the source, so that a failing upload can be told from a
/// failing store. Does not own the inner stream.
/// </summary>
internal sealed class WatchedStream(Stream inner, long maxBytes) : ForwardStream
{
    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Whether the source has said that it has no more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the source had more bytes than allowed.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>What the source threw, or null.</summary>
    public Exception? Fault { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            BytesRead += count;
            HasEnded |= count == 0 && buffer.Length > 0;
            if (BytesRead > maxBytes)
            {
                IsTooLarge = true;
                throw new IOException("The body is larger than its bound.");
            }

            return count;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OperationCanceledException)
        {
            Fault = exception;
            throw;
        }
    }
}
