using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;

namespace Reelay.Server.Files;

/// <summary>
/// The files of one request. Disposing it removes them, unless <see cref="Keep"/> was called before their row was written. For one request,
/// not for concurrent use.
/// </summary>
internal sealed class UploadFolder(UploadFolders folders, IAssetStore assets, string root, string? name) : IUploadSink, IAsyncDisposable
{
    private string? _folder;
    private bool _isKept;

    // Known as open before its first byte is on the disk, and until the row's fate is known: OrphanSweep builds on both.
    private string Folder => _folder ??= folders.Open(root, name);

    /// <inheritdoc/>
    public Task<StoredAsset> SaveAsync(Stream content, long maxBytes, CancellationToken cancellationToken) =>
        assets.WriteAsync(Folder, content, maxBytes, cancellationToken);

    /// <summary>Copies a stored file into this folder.</summary>
    /// <returns>Null if there is no file under the key.</returns>
    public Task<StoredAsset?> CopyAsync(string key, CancellationToken cancellationToken) => assets.CopyAsync(key, Folder, cancellationToken);

    /// <inheritdoc/>
    public Task DiscardAsync(string key) => assets.DeleteAsync(key, CancellationToken.None);

    /// <summary>
    /// From here on the files stay, whatever happens: their row is about to be written, and if that throws nobody knows whether it exists. A row
    /// without its files would be worse than files without a row, which <see cref="OrphanSweep"/> removes.
    /// </summary>
    public void Keep() => _isKept = true;

    /// <summary>Takes <see cref="Keep"/> back: the row was surely not written.</summary>
    public void Drop() => _isKept = false;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_folder is null) return;
        try
        {
            if (!_isKept) await assets.DeleteFolderAsync(_folder, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The caller's answer matters more; what is left is an orphan.
        }
        finally
        {
            folders.Close(_folder);
        }
    }
}
