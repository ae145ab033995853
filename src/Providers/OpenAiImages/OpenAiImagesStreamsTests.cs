using System.Text;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>A body that can be read forwards only, as from a connection.</summary>
internal abstract class WireStream : Stream
{
    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Next(buffer.Span));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected abstract int Next(Span<byte> buffer);

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>Hands out a body in two pieces that meet at an offset, or in pieces of a fixed size.</summary>
internal sealed class PiecesStream(byte[] body, int splitAt = 0, int maxPiece = int.MaxValue) : WireStream
{
    private int _at;

    /// <summary>Whether the connection breaks where the body ends.</summary>
    public bool BreaksAtEnd { get; init; }

    protected override int Next(Span<byte> buffer)
    {
        if (_at == body.Length && BreaksAtEnd) throw new IOException("The connection was reset.");
        var until = _at < splitAt ? splitAt : body.Length;
        var count = Math.Min(Math.Min(until - _at, maxPiece), buffer.Length);
        body.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}

/// <summary>Makes up a body of any length: a beginning, one piece again and again, and an end, if there is one.</summary>
internal sealed class EndlessStream(string begin, string piece, int count = int.MaxValue, string end = "") : WireStream
{
    private readonly byte[] _piece = Encoding.ASCII.GetBytes(piece);
    private readonly byte[] _end = Encoding.ASCII.GetBytes(end);
    private byte[] _rest = Encoding.ASCII.GetBytes(begin);
    private int _pieces;
    private bool _isEnding;

    /// <summary>Bytes handed out so far.</summary>
    public long Handed { get; private set; }

    protected override int Next(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && Refill())
        {
            var length = Math.Min(_rest.Length, buffer.Length - filled);
            _rest.AsSpan(0, length).CopyTo(buffer[filled..]);
            _rest = _rest[length..];
            filled += length;
        }

        Handed += filled;
        return filled;
    }

    private bool Refill()
    {
        if (_rest.Length > 0) return true;
        if (_pieces++ < count) _rest = _piece;
        else if (!_isEnding) (_rest, _isEnding) = (_end, true);
        return _rest.Length > 0;
    }
}
