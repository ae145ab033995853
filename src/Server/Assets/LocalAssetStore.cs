namespace Reelay.Server.Assets;

/// <summary>
/// Keeps assets as files under one root folder, readable by the owner only. A file is written under a name that no key can have, flushed,
/// renamed, and its folder flushed; so a crash leaves either the whole file or a leftover that <see cref="DeleteFolderAsync"/> removes.
/// </summary>
internal sealed class LocalAssetStore : IAssetStore
{
    private const int NameBytes = 16;

    // A dot is not allowed in keys: an unfinished file can never be opened.
    private const string UnfinishedSuffix = ".part";

    private readonly string _root;
    private readonly Action<Span<byte>> _fillRandom;

    /// <summary>Opens the store and creates its root if needed.</summary>
    /// <param name="root">The root folder.</param>
    /// <param name="fillRandom">Fills a span with unpredictable bytes, for the names of files.</param>
    public LocalAssetStore(string root, Action<Span<byte>> fillRandom)
    {
        _root = Path.GetFullPath(root);
        _fillRandom = fillRandom;
        Directory.CreateDirectory(Path.GetDirectoryName(_root) ?? _root);
        DurableFolder.Create(_root);
    }

    /// <inheritdoc/>
    public async Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var segments = AssetKey.FolderSegments(folder);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        cancellationToken.ThrowIfCancellationRequested();

        var parent = CreateFolder(segments);
        var name = NewName();
        var final = Path.Combine(parent, name);
        var unfinished = final + UnfinishedSuffix;
        var file = CreateFile(unfinished);
        var leftover = unfinished;
        try
        {
            var copied = await WriteDurablyAsync(file, content, maxBytes, cancellationToken);
            File.Move(unfinished, final, overwrite: false);
            leftover = final;
            DurableFolder.Flush(parent);
            leftover = null;
            return new StoredAsset($"{folder}/{name}", copied.SizeBytes, copied.Sha256, copied.Head);
        }
        finally
        {
            if (leftover is not null) Discard(leftover);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(AssetKey.KeySegments(key));
        cancellationToken.ThrowIfCancellationRequested();
        if (!File.Exists(path)) return ValueTask.FromResult<IAssetReader?>(null);
        try
        {
            // Sharing everything spares the advisory lock: files here never change.
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ValueTask.FromResult<IAssetReader?>(new LocalAssetReader(handle));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<IAssetReader?>(null);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(AssetKey.KeySegments(key));
        cancellationToken.ThrowIfCancellationRequested();
        if (File.Exists(path)) DeleteIfThere(path);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var path = PathOf(AssetKey.FolderSegments(folder));
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else removed it between the two calls.
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken)
    {
        // Written anew, not linked or copied by the system: a link would share one file's fate, and a system's copy keeps the old time, by
        // which a sweep would take it for something long forgotten.
        if (await OpenAsync(key, cancellationToken) is not { } reader) return null;
        await using var content = new AssetStream(reader);
        return await WriteAsync(folder, content, reader.LengthBytes, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, CancellationToken cancellationToken) =>
        LocalAssetListing.Folders(PathOf(AssetKey.FolderSegments(parent)), parent, cancellationToken).ToAsyncEnumerable();

    private static FileStream CreateFile(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static async Task<HashingCopy.Result> WriteDurablyAsync(
        FileStream file, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        await using (file)
        {
            var copied = await HashingCopy.RunAsync(content, file, maxBytes, cancellationToken);
            file.Flush(flushToDisk: true);
            return copied;
        }
    }

    private string CreateFolder(string[] segments)
    {
        var path = _root;
        foreach (var segment in segments)
        {
            path = Path.Combine(path, segment);
            DurableFolder.Create(path);
        }

        return path;
    }

    private string NewName()
    {
        Span<byte> bytes = stackalloc byte[NameBytes];
        _fillRandom(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private string PathOf(string[] segments) => Path.Combine([_root, .. segments]);

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Its folder went first.
        }
    }

    // Runs while another exception is on its way: that one tells what happened.
    private static void Discard(string path)
    {
        try
        {
            DeleteIfThere(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed now is left for DeleteFolderAsync.
        }
    }
}
