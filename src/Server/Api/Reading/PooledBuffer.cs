using System.Buffers;

namespace Reelay.Server.Api.Reading;

/// <summary>
/// A growing byte buffer. It grows by blocks from the shared pool and is put together only when it is looked at: a body that is refused in
/// the middle has then taken no more than its own size, in blocks that the next one can use.
/// </summary>
internal sealed class PooledBuffer(int capacity) : IBufferWriter<byte>, IDisposable
{
    // Whatever is larger is left to the garbage collector: a pool would keep it for long.
    private const int MaxPooledBytes = 1 << 20;
    private const int MinBlockBytes = 512;

    private readonly List<ArraySegment<byte>> _full = [];
    private byte[] _block = Rent(capacity);
    private int _used;
    private int _fullLength;

    public int Length => _fullLength + _used;

    /// <summary>What was written, in one piece.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            if (_full.Count > 0)
            {
                var whole = Rent(Length);
                CopyTo(whole);
                var length = Length;
                Dispose();
                (_block, _used) = (whole, length);
            }

            return _block.AsMemory(0, _used);
        }
    }

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray()
    {
        var copy = new byte[Length];
        CopyTo(copy);
        return copy;
    }

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _block.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Reserve(1);
            var count = Math.Min(bytes.Length, _block.Length - _used);
            bytes[..count].CopyTo(_block.AsSpan(_used));
            _used += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Gives the blocks back; writing afterwards is a mistake of ours.</summary>
    public void Dispose()
    {
        foreach (var full in _full) Return(full.Array!);
        _full.Clear();
        var block = _block;
        (_block, _used, _fullLength) = ([], 0, 0);
        if (block.Length > 0) Return(block);
    }

    private void Reserve(int count)
    {
        if (_block.Length - _used >= count) return;
        _full.Add(new ArraySegment<byte>(_block, 0, _used));
        _fullLength = checked(_fullLength + _used);
        _block = Rent(Math.Max(count, Math.Clamp(_fullLength, MinBlockBytes, MaxPooledBytes)));
        _used = 0;
    }

    private void CopyTo(Span<byte> target)
    {
        foreach (var full in _full)
        {
            full.AsSpan().CopyTo(target);
            target = target[full.Count..];
        }

        _block.AsSpan(0, _used).CopyTo(target);
    }

    private static byte[] Rent(int size) =>
        size <= MaxPooledBytes ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void Return(byte[] block)
    {
        if (block.Length <= MaxPooledBytes) ArrayPool<byte>.Shared.Return(block);
    }
}
