using System.Buffers;
using System.Buffers.Text;

namespace Reelay.Providers.OpenAiImages;

/// <summary>The bytes of one picture, decoded from a base64 string of the answer while it arrives. Read once, to its end.</summary>
internal sealed class OpenAiImagesPicture(OpenAiImagesLexer lexer) : Stream
{
    private const int TextBytes = 32 * 1024;

    private readonly byte[] _text = new byte[TextBytes];
    private readonly byte[] _bytes = new byte[TextBytes / 4 * 3];
    private ReadOnlyMemory<byte> _stretch;
    private int _textCount;
    private int _from;
    private int _until;
    private bool _isTextOver;
    private bool _isEmpty = true;

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
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_from == _until && !(_isTextOver && _textCount == 0))
        {
            await GatherAsync(cancellationToken);
            Decode();
        }

        var count = Math.Min(buffer.Length, _until - _from);
        _bytes.AsMemory(_from, count).CopyTo(buffer);
        _from += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
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

    // Collects letters until the string ends or there is no room for more.
    private async ValueTask GatherAsync(CancellationToken cancellationToken)
    {
        while (!_isTextOver && _textCount < TextBytes)
        {
            if (_stretch.IsEmpty)
            {
                _stretch = await lexer.NextStretchAsync(cancellationToken);
                _isTextOver = _stretch.IsEmpty;
            }

            var count = Math.Min(_stretch.Length, TextBytes - _textCount);
            _textCount += CopyLetters(_stretch.Span[..count], _text.AsSpan(_textCount));
            _stretch = _stretch[count..];
        }

        _isEmpty &= _textCount == 0;
        if (_isTextOver && (_isEmpty || _textCount % 4 != 0))
            throw lexer.Malformed(_isEmpty ? "a picture of no bytes" : "the base64 of a picture is cut");
    }

    // Padding may stand at the very end only, so the last four letters wait until it is known whether they are the last.
    private void Decode()
    {
        var count = _isTextOver ? _textCount : Math.Max(0, _textCount - 4) & ~3;
        var status = Base64.DecodeFromUtf8(_text.AsSpan(0, count), _bytes, out var consumed, out _until, isFinalBlock: _isTextOver);
        _from = 0;
        if (status != OperationStatus.Done || consumed != count)
            throw lexer.Malformed("the base64 of a picture is broken");
        _text.AsSpan(count, _textCount - count).CopyTo(_text);
        _textCount -= count;
    }

    private static int CopyLetters(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.IndexOfAny(" \t\r\n"u8) < 0)
        {
            from.CopyTo(to);
            return from.Length;
        }

        var count = 0;
        foreach (var letter in from)
        {
            if (letter is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                to[count++] = letter;
        }

        return count;
    }
}
