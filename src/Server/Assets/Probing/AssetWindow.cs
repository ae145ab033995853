using System.Buffers;

namespace Reelay.Server.Assets.Probing;

/// <summary>Small reads at any offset of a file, one larger read for each jump: a bucket charges by the request.</summary>
internal sealed class AssetWindow(IAssetReader reader) : IDisposable
{
    private const int WindowBytes = 64 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private long _start;
    private int _count;

    /// <summary>Size of the file.</summary>
    public long LengthBytes => reader.LengthBytes;

    /// <summary>Gives <paramref name="count"/> bytes, fewer only at the end of the file. Valid until the next call.</summary>
    /// <param name="offset">Not negative; past the end gives nothing.</param>
    /// <param name="count">At most the window's 64 KiB.</param>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long offset, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, WindowBytes);
        count = (int)Math.Clamp(LengthBytes - offset, 0, count);
        if (count == 0) return ReadOnlyMemory<byte>.Empty;
        if (offset < _start || offset + count > _start + _count) await FillAsync(offset, cancellationToken);

        var skipped = (int)Math.Min(offset - _start, _count);
        return _buffer.AsMemory(skipped, Math.Min(count, _count - skipped));
    }

    /// <summary>Fills a buffer from an offset on, past the window; false if the file ends before.</summary>
    public async ValueTask<bool> TryFillAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        await ReadFullyAsync(buffer, offset, cancellationToken) == buffer.Length;

    /// <summary>Returns the window's buffer to its pool.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask FillAsync(long offset, CancellationToken cancellationToken)
    {
        _start = offset;
        _count = 0;
        _count = await ReadFullyAsync(_buffer.AsMemory(0, WindowBytes), offset, cancellationToken);
    }

    private async ValueTask<int> ReadFullyAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = await reader.ReadAsync(buffer[filled..], offset + filled, cancellationToken);
            if (count == 0) break;
            filled += count;
        }

        return filled;
    }
}
