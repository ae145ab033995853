using System.Text.Json;

namespace Reelay.Providers.OpenAiImages;

/// <summary>
/// Reads JSON from a stream piece by piece, in a buffer of fixed size, since a picture in base64 is one string of many megabytes. Strict
/// where an output could be lost or cut, lax about what is skipped.
/// </summary>
/// <remarks>
/// A text that is no JSON, or not this protocol's, is a <see cref="ProviderException"/>; one that ends too early an
/// <see cref="IOException"/>.
/// </remarks>
internal sealed class OpenAiImagesLexer(Stream source)
{
    private const int BufferBytes = 32 * 1024;

    // Everything but pictures: a server that talks for ever is cut off here.
    private const int MaxOtherBytes = 64 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _unescaped = new byte[1];
    private int _at;
    private int _end;
    private long _read;
    private long _others;

    /// <summary>The name of an object's next member, its colon taken; null when the object ends.</summary>
    /// <param name="isFirst">Whether the object has just begun.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<string?> NextNameAsync(bool isFirst, CancellationToken cancellationToken)
    {
        if (await TryTakeAsync('}', cancellationToken))
            return null;
        if (!isFirst)
            await TakeAsync(',', cancellationToken);
        if (await PeekAsync(cancellationToken) != '"')
            throw Unexpected("a name");
        var name = (await ReadValueAsync(1024, cancellationToken)).AsText();
        await TakeAsync(':', cancellationToken);
        return name ?? "";
    }

    /// <summary>Whether a list has another item, which then begins here; false when the list ends.</summary>
    public async ValueTask<bool> NextItemAsync(bool isFirst, CancellationToken cancellationToken)
    {
        if (await TryTakeAsync(']', cancellationToken))
            return false;
        if (!isFirst)
            await TakeAsync(',', cancellationToken);
        return true;
    }

    /// <summary>Takes a character that must come next.</summary>
    public async ValueTask TakeAsync(char wanted, CancellationToken cancellationToken)
    {
        if (!await TryTakeAsync(wanted, cancellationToken))
            throw Unexpected($"'{wanted}'");
    }

    /// <summary>Takes a character if it comes next.</summary>
    public async ValueTask<bool> TryTakeAsync(char wanted, CancellationToken cancellationToken)
    {
        if (await PeekAsync(cancellationToken) != wanted)
            return false;
        _at++;
        return true;
    }

    /// <summary>Reads a small value whole.</summary>
    /// <exception cref="ProviderException">It is larger than the bound.</exception>
    public async ValueTask<JsonElement> ReadValueAsync(int maxBytes, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await PassValueAsync(copy, maxBytes, cancellationToken);
        try
        {
            return JsonElement.Parse(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        }
        catch (JsonException exception)
        {
            throw Malformed(exception.Message);
        }
    }

    /// <summary>Reads over a value of any size.</summary>
    public ValueTask SkipValueAsync(CancellationToken cancellationToken) => PassValueAsync(null, int.MaxValue, cancellationToken);

    /// <summary>The next stretch of a string whose opening quote was taken, without its escapes; empty at its end.</summary>
    /// <returns>Bytes that are valid until the next call; more may follow after a backslash or the end of the buffer.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> NextStretchAsync(CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        var rest = _buffer.AsMemory(_at, _end - _at);
        var length = rest.Span.IndexOfAny((byte)'"', (byte)'\\');
        if (length < 0)
            length = rest.Length;
        _at += length;
        if (length > 0)
            return rest[..length];
        if (_buffer[_at++] == '"')
            return default;
        _unescaped[0] = await UnescapeAsync(cancellationToken);
        return _unescaped;
    }

    /// <summary>The exception for an answer that is not what the protocol says.</summary>
    public ProviderException Malformed(string what) =>
        new(ProviderErrorKind.OutcomeUnknown, $"the answer cannot be read at byte {_read - _end + _at}: {what}") { StatusCode = 200 };

    private ProviderException Unexpected(string wanted) => Malformed($"{wanted} was expected, not byte 0x{_buffer[_at]:x2}");

    private async ValueTask PassValueAsync(MemoryStream? copy, int maxBytes, CancellationToken cancellationToken)
    {
        var depth = 0;
        do
        {
            var next = await PeekAsync(cancellationToken);
            if (depth == 0 && next is (byte)',' or (byte)':' or (byte)'}' or (byte)']')
                throw Unexpected("a value");
            depth += next switch { (byte)'{' or (byte)'[' => 1, (byte)'}' or (byte)']' => -1, _ => 0 };
            if (next == '"')
                await PassStringAsync(copy, maxBytes, cancellationToken);
            else if (next is (byte)'{' or (byte)'[' or (byte)'}' or (byte)']' or (byte)',' or (byte)':')
                Pass(1, copy, maxBytes);
            else
                await PassScalarAsync(copy, maxBytes, cancellationToken);
        }
        while (depth > 0);
    }

    private async ValueTask PassStringAsync(MemoryStream? copy, int maxBytes, CancellationToken cancellationToken)
    {
        Pass(1, copy, maxBytes);
        while (true)
        {
            await FillAsync(cancellationToken);
            var length = _buffer.AsSpan(_at, _end - _at).IndexOfAny((byte)'"', (byte)'\\');
            Pass(length < 0 ? _end - _at : length, copy, maxBytes);
            if (length < 0)
                continue;
            var isEnd = _buffer[_at] == '"';
            Pass(1, copy, maxBytes);
            if (isEnd)
                return;
            await FillAsync(cancellationToken);
            Pass(1, copy, maxBytes);
        }
    }

    private async ValueTask PassScalarAsync(MemoryStream? copy, int maxBytes, CancellationToken cancellationToken)
    {
        if (!IsScalar(_buffer[_at]))
            throw Unexpected("a value");
        for (; IsScalar(_buffer[_at]); await FillAsync(cancellationToken))
            Pass(1, copy, maxBytes);
    }

    private static bool IsScalar(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'+' or (byte)'.';

    private void Pass(int count, MemoryStream? copy, int maxBytes)
    {
        _others += count;
        if (_others > MaxOtherBytes || copy?.Length + count > maxBytes)
            throw Malformed("a value that is no picture is too large");
        copy?.Write(_buffer, _at, count);
        _at += count;
    }

    private async ValueTask<byte> UnescapeAsync(CancellationToken cancellationToken)
    {
        var letter = await TakeAnyAsync(cancellationToken);
        switch (letter)
        {
            case (byte)'/' or (byte)'"' or (byte)'\\':
                return letter;
            case (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f':
                return (byte)' ';
            case (byte)'u':
                var value = 0;
                for (var digit = 0; digit < 4; digit++)
                {
                    var hex = (char)await TakeAnyAsync(cancellationToken);
                    if (!char.IsAsciiHexDigit(hex))
                        throw Malformed("a broken escape");
                    value = (value << 4) | Convert.ToInt32(hex.ToString(), 16);
                }

                // Some writers escape + and = although they need not. Nothing beyond ASCII belongs to base64, and neither does a quote.
                return value < 0x80 ? (byte)value : (byte)'"';
            default:
                throw Malformed("an unknown escape");
        }
    }

    private async ValueTask<byte> TakeAnyAsync(CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken);
        return _buffer[_at++];
    }

    // The next byte that is no white space, not taken.
    private async ValueTask<byte> PeekAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await FillAsync(cancellationToken);
            if (_buffer[_at] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return _buffer[_at];
            Pass(1, copy: null, int.MaxValue);
        }
    }

    // At least one byte is there afterwards.
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_at < _end)
            return;
        (_at, _end) = (0, 0);
        _end = await source.ReadAsync(_buffer, cancellationToken);
        _read += _end;
        if (_end == 0)
            throw new IOException($"the answer ended in the middle, after {_read} bytes");
    }
}
