namespace Reelay.Simulators;

/// <summary>Gives the first bytes of a stream and then breaks as a reset connection does.</summary>
internal sealed class TruncatedStream(Stream inner, long lengthBytes) : Stream
{
    private long _left = lengthBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, (int)Math.Min(count, Left())));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Left())], cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private long Left() => _left > 0 ? _left : throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was reset.");

    private int Counted(int count)
    {
        _left -= count;
        return count;
    }
}
