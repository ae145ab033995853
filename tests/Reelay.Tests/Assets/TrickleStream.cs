namespace Reelay.Tests.Assets;

/// <summary>A source that hands out small uneven pieces as a network does, and breaks where it is told to.</summary>
internal sealed class TrickleStream(byte[] bytes) : Stream
{
    private int _position;

    /// <summary>Offset at which reading throws <see cref="IOException"/>, or null.</summary>
    public int? FailAt { get; init; }

    /// <summary>Told how many bytes were handed out before each read.</summary>
    public Action<int>? OnRead { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        OnRead?.Invoke(_position);
        cancellationToken.ThrowIfCancellationRequested();
        if (_position >= FailAt) throw new IOException("The source broke.");
        var count = Math.Min(Math.Min(buffer.Length, 1 + (_position % 7_919)), bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
