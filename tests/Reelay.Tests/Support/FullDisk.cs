using Reelay.Server.Assets;

namespace Reelay.Tests.Support;

/// <summary>A store that can be full: writes then fail as they do on a disk without space.</summary>
internal sealed class FullDisk(IAssetStore store) : IAssetStore
{
    // ENOSPC, as .NET carries it.
    private const int NoSpace = 28;

    private volatile bool _isFull;
    private int _refusedCount;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    /// <summary>Writes that found no space.</summary>
    public int RefusedCount => Volatile.Read(ref _refusedCount);

    public async Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        if (!IsFull) return await store.WriteAsync(folder, content, maxBytes, cancellationToken);
        _ = await content.ReadAtLeastAsync(new byte[16], 16, throwOnEndOfStream: false, cancellationToken);
        Interlocked.Increment(ref _refusedCount);
        throw new IOException("No space left on device", NoSpace);
    }

    public ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken) => store.OpenAsync(key, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) => store.DeleteFolderAsync(folder, cancellationToken);

    public Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken) => store.CopyAsync(key, folder, cancellationToken);

    public IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, CancellationToken cancellationToken) => store.ListFoldersAsync(parent, cancellationToken);
}
