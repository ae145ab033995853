using System.Buffers;

namespace Reelay.Server.Assets.Bucket;

/// <summary>Bytes of one part. Grows with what comes, so that a small or slow file does not hold memory for a large one.</summary>
internal sealed class PartBuffer : IDisposable
{
    /// <summary>Size of a part: 8 MiB. Services want at least 5 MiB, and 1,000 parts at most; 640 of these are the largest file.</summary>
    public const int PartBytes = 8 << 20;

    private const int FirstBytes = 256 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);

    /// <summary>How much is in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a whole part is in it.</summary>
    public bool IsFull => Count == PartBytes;

    /// <summary>What was read.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Count);

    /// <summary>Reads once from a stream into the rest of the part.</summary>
    /// <returns>How many bytes came; 0 at the end.</returns>
    public async ValueTask<int> ReadFromAsync(Stream source, CancellationToken cancellationToken)
    {
        if (Count == _bytes.Length) Grow();
        var room = Math.Min(_bytes.Length, PartBytes) - Count;
        var count = await source.ReadAsync(_bytes.AsMemory(Count, room), cancellationToken);
        Count += count;
        return count;
    }

    /// <summary>The bytes from a place on.</summary>
    public ReadOnlySpan<byte> Since(int start) => _bytes.AsSpan(start, Count - start);

    /// <summary>The part as a body that can be sent again from its beginning.</summary>
    public MemoryStream ToBody() => new(_bytes, 0, Count, writable: false);

    /// <summary>Empties it for the next part.</summary>
    public void Clear() => Count = 0;

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_bytes.Length * 4, PartBytes));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
