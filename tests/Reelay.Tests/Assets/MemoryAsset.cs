using Reelay.Server.Assets;

namespace Reelay.Tests.Assets;

/// <summary>A file in memory that counts its reads and may turn out shorter than it says.</summary>
internal sealed class MemoryAsset(byte[] bytes, long? lengthBytes = null) : IAssetReader
{
    public long LengthBytes { get; } = lengthBytes ?? bytes.Length;

    public int ReadCount { get; private set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        ReadCount++;
        if (offset >= bytes.Length) return ValueTask.FromResult(0);
        var count = Math.Min(buffer.Length, bytes.Length - (int)offset);
        bytes.AsSpan((int)offset, count).CopyTo(buffer.Span);
        return ValueTask.FromResult(count);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
