using System.Collections.Concurrent;

namespace Reelay.Server.Assets.Bucket;

/// <summary>The uploads in parts that this process has under way, for the sweep; and how many may keep a second part in memory.</summary>
internal sealed class BucketUploads : IDisposable
{
    // Each 8 MiB, beside the one that every upload has.
    private const int MaxSpareParts = 16;

    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _spare = new(MaxSpareParts);

    /// <summary>Whether this process is writing an object.</summary>
    public bool IsOpen(string objectName) => _open.ContainsKey(objectName);

    public void Open(string objectName) => _open[objectName] = 0;

    public void Close(string objectName) => _open.TryRemove(objectName, out _);

    /// <summary>Whether there is room for one more part in memory, which <see cref="ReturnSpare"/> gives back. Never waits.</summary>
    public bool TryTakeSpare() => _spare.Wait(0);

    public void ReturnSpare() => _spare.Release();

    /// <inheritdoc/>
    public void Dispose() => _spare.Dispose();
}
