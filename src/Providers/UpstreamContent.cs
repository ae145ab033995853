using System.Buffers.Text;
using System.Net;

namespace Reelay.Providers;

/// <summary>
/// A request body of known length whose media are streamed from where they lie, never held whole. It remembers whether its first byte was
/// ever asked for. Made by <see cref="UpstreamBody"/>.
/// </summary>
public sealed class UpstreamContent : HttpContent
{
    // A multiple of three, so that base64 needs padding only at the very end.
    private const int PieceBytes = 48 * 1024;

    private readonly IReadOnlyList<BodyPart> _parts;
    private readonly Stream?[] _opened;
    private volatile bool _hasBegun;

    internal UpstreamContent(IReadOnlyList<BodyPart> parts)
    {
        _parts = parts;
        _opened = new Stream?[_parts.Count];
    }

    /// <summary>Whether anybody has begun to take bytes out of this body: once true, an upstream may have got some.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Asked once, when the first byte is about to go; false breaks the call off, and nothing has been sent. Null for always.</summary>
    internal Func<bool>? MaySend { get; set; }

    /// <summary>Opens all media, so that a missing one is noticed before anything is sent.</summary>
    public async Task OpenMediaAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; index < _parts.Count; index++)
        {
            if (_parts[index].Media is { } media)
                _opened[index] ??= await media.OpenAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_hasBegun && MaySend?.Invoke() == false) throw new SendForbiddenException();
        _hasBegun = true;
        await OpenMediaAsync(cancellationToken);
        for (var index = 0; index < _parts.Count; index++)
        {
            if (_opened[index] is not { } media)
            {
                await stream.WriteAsync(_parts[index].Text, cancellationToken);
                continue;
            }

            await CopyAsync(media, stream, _parts[index], cancellationToken);
            _opened[index] = null;
            await media.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _parts.Sum(part => part.LengthBytes);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var stream in _opened)
            stream?.Dispose();
        base.Dispose(disposing);
    }

    private static async Task CopyAsync(Stream media, Stream target, BodyPart part, CancellationToken cancellationToken)
    {
        var size = part.Media!.SizeBytes;
        var piece = new byte[PieceBytes];
        var text = part.IsBase64 ? new byte[Base64.GetMaxEncodedToUtf8Length(PieceBytes)] : [];
        for (long copied = 0; copied < size;)
        {
            var wanted = (int)Math.Min(PieceBytes, size - copied);
            var count = await media.ReadAtLeastAsync(piece.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken);
            if (count < wanted)
                throw new IOException($"input {part.Media.FileName} ends after {copied + count} of {size} bytes");
            copied += count;
            if (!part.IsBase64)
            {
                await target.WriteAsync(piece.AsMemory(0, count), cancellationToken);
                continue;
            }

            Base64.EncodeToUtf8(piece.AsSpan(0, count), text, out _, out var written);
            await target.WriteAsync(text.AsMemory(0, written), cancellationToken);
        }
    }
}

/// <summary>One stretch of a request body: text, or a medium as it is or in base64.</summary>
internal sealed record BodyPart(ReadOnlyMemory<byte> Text, MediaInput? Media = null, bool IsBase64 = false)
{
    public long LengthBytes => Media is null ? Text.Length : IsBase64 ? (Media.SizeBytes + 2) / 3 * 4 : Media.SizeBytes;
}

/// <summary>The time in which an order might be sent was over before its first byte went.</summary>
internal sealed class SendForbiddenException() : Exception("the time for sending had passed before anything was sent");
