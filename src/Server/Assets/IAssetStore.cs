namespace Reelay.Server.Assets;

/// <summary>Keeps files: a local folder here, a bucket on many nodes. A key names exactly one immutable file.</summary>
public interface IAssetStore
{
    /// <summary>
    /// Streams a file into the store under a new random name. When the task returns the bytes are durable (written, fsynced, renamed,
    /// folder fsynced); until then nothing is visible under the key.
    /// </summary>
    /// <param name="folder">One to three path segments of <c>[A-Za-z0-9_-]</c> joined by <c>/</c>, for example <c>task_01…/1</c>.</param>
    /// <param name="content">Read to its end, not disposed.</param>
    /// <param name="maxBytes">Upper bound on the size.</param>
    /// <exception cref="AssetTooLargeException">The content has more than <paramref name="maxBytes"/> bytes; nothing is kept.</exception>
    /// <exception cref="IOException">Reading or writing failed; nothing is kept. Of a store that cannot be reached: <see cref="AssetStoreAwayException"/>.</exception>
    Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Opens a file for reading at any offset, or gives null if the key is not there.</summary>
    ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes a file; nothing happens if it is not there.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes everything under a folder, unfinished files too; nothing happens if it is not there.</summary>
    Task DeleteFolderAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Copies a file into a folder under a new random name, as durable as <see cref="WriteAsync"/>; the two live apart from then on.</summary>
    /// <returns>The copy, or null if the key is not there.</returns>
    /// <exception cref="IOException">Reading or writing failed; nothing is kept.</exception>
    Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken);

    /// <summary>The folders directly under a folder, in no order, found while they are listed; none if it is not there.</summary>
    /// <param name="parent">One or two path segments, for example <c>inputs</c>.</param>
    IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, CancellationToken cancellationToken);
}

/// <summary>A folder of the store.</summary>
/// <param name="Folder">Its path, for example <c>inputs/3kd…</c>.</param>
/// <param name="ChangedAt">When anything in it, unfinished files included, was last written, made or removed; by the clock of the storage. A bucket does not know of removals.</param>
public sealed record AssetFolder(string Folder, DateTimeOffset ChangedAt);

/// <summary>An open file. Reads at different offsets may run at the same time.</summary>
public interface IAssetReader : IAsyncDisposable
{
    /// <summary>Size of the whole file in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>
    /// Says that a stretch is about to be read front to back, so that a store far away need not guess how much to ask for. Changes nothing else.
    /// </summary>
    void Expect(long offset, long count)
    {
    }

    /// <summary>Reads at an offset; 0 only at the end of the file.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);
}

/// <summary>A file that is durable in the store.</summary>
/// <param name="Key">Its key.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of its bytes.</param>
/// <param name="Head">Its first bytes, at most 64, for sniffing.</param>
public sealed record StoredAsset(string Key, long SizeBytes, string Sha256, ReadOnlyMemory<byte> Head);

/// <summary>The content was larger than its bound.</summary>
public sealed class AssetTooLargeException(long maxBytes)
    : IOException($"The content has more than {maxBytes} bytes.")
{
    /// <summary>The bound in bytes.</summary>
    public long MaxBytes { get; } = maxBytes;
}
