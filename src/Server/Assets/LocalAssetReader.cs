using Microsoft.Win32.SafeHandles;

namespace Reelay.Server.Assets;

/// <summary>An open file of the local store. Stays readable when the file is deleted meanwhile.</summary>
internal sealed class LocalAssetReader(SafeFileHandle handle) : IAssetReader
{
    /// <inheritdoc/>
    public long LengthBytes { get; } = RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // A plain read on purpose: Linux has no asynchronous one behind the framework, only a hop to another pool thread, which costs
        // more than copying from the page cache.
        return ValueTask.FromResult(RandomAccess.Read(handle, buffer.Span, offset));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
