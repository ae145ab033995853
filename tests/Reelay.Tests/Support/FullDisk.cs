using Reelay.Server.Assets;

namespace Reelay.Tests.Support;

/// <summary>A store that can be full, when writes fail as on a disk without space; or away, when all fails as at a bucket that does not answer.</summary>
internal sealed class FullDisk(IAssetStore store) : IAssetStore
{
    // ENOSPC, as .NET carries it.
    private const int NoSpace = 28;

    private volatile bool _isFull;
    private volatile bool _isAway;
    private int _refusedCount;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    /// <summary>Whether it is away, by itself; what meets it notes it in the state.</summary>
    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>What is known of it in the process.</summary>
    public AssetStoreState? State { get; init; }

    /// <summary>Writes that found no space, and calls that found it away.</summary>
    public int RefusedCount => Volatile.Read(ref _refusedCount);

    public async Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        if (IsAway) throw Away();
        if (!IsFull) return await store.WriteAsync(folder, content, maxBytes, cancellationToken);
        _ = await content.ReadAtLeastAsync(new byte[16], 16, throwOnEndOfStream: false, cancellationToken);
        Interlocked.Increment(ref _refusedCount);
        throw new IOException("No space left on device", NoSpace);
    }

    public ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken) => IsAway ? throw Away() : store.OpenAsync(key, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => IsAway ? throw Away() : store.DeleteAsync(key, cancellationToken);

    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken) => IsAway ? throw Away() : store.DeleteFolderAsync(folder, cancellationToken);

    public Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken) => store.CopyAsync(key, folder, cancellationToken);

    public IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, CancellationToken cancellationToken) => store.ListFoldersAsync(parent, cancellationToken);

    private AssetStoreAwayException Away()
    {
        Interlocked.Increment(ref _refusedCount);
        State?.NoteAway("The test took it away.");
        return new AssetStoreAwayException("The bucket does not answer.");
    }
}
