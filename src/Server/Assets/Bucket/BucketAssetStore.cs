using System.Security.Cryptography;
using Amazon.S3.Model;

namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// Keeps assets as objects of an S3 bucket, which any number of nodes share. An object appears whole or not at all; names are random and never
/// used again, so that no condition on a write is needed, which many services do not know.
/// </summary>
/// <remarks>
/// A bucket knows no folders: one is there while anything lies under it, and what was removed leaves no trace in <see cref="AssetFolder.ChangedAt"/>.
/// A failure of the bucket is an <see cref="AssetStoreAwayException"/>, after the client library has tried three times.
/// </remarks>
internal sealed class BucketAssetStore(BucketClient client, BucketUploads uploads, Action<Span<byte>> fillRandom, TimeProvider time) : IAssetStore
{
    private const int NameBytes = 16;
    private const int HeadBytes = 64;
    private const int PieceBytes = 128 * 1024;

    private readonly BucketFolders _folders = new(client);

    /// <inheritdoc/>
    public async Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        AssetKey.FolderSegments(folder);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        cancellationToken.ThrowIfCancellationRequested();
        var key = NewKey(folder);
        using var writer = new BucketWriter(client, uploads, client.NameOf(key), time);
        var written = await writer.WriteAsync(content, Math.Min(maxBytes, BucketSettings.MaxFileBytes), cancellationToken);
        return new StoredAsset(key, written.SizeBytes, written.Sha256, written.Head);
    }

    /// <inheritdoc/>
    public async ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        AssetKey.KeySegments(key);
        cancellationToken.ThrowIfCancellationRequested();
        var name = client.NameOf(key);
        var found = await client.FindAsync("reading", s3 => s3.GetObjectMetadataAsync(client.Bucket, name, cancellationToken), cancellationToken);
        return found is null ? null : new BucketReader(client, name, found.ContentLength, time);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        AssetKey.KeySegments(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _folders.DeleteAsync(client.NameOf(key), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        AssetKey.FolderSegments(folder);
        var prefix = client.NameOf(folder) + "/";

        // Uploads first: one that ends in between is then found as an object. One by one, since many services do not know removals in bulk.
        await foreach (var upload in _folders.ListUnfinishedAsync(prefix, cancellationToken)) await _folders.AbortAsync(upload, cancellationToken);
        await foreach (var found in _folders.ListAsync(prefix, cancellationToken)) await _folders.DeleteAsync(found.Key, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Copied by the service itself, files of 5 GiB at most, which is the bound of all that is written.</remarks>
    public async Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken)
    {
        AssetKey.KeySegments(key);
        AssetKey.FolderSegments(folder);
        var source = client.NameOf(key);
        var found = await client.FindAsync("reading", s3 => s3.GetObjectMetadataAsync(client.Bucket, source, cancellationToken), cancellationToken);
        if (found is null) return null;
        await using var reader = new BucketReader(client, source, found.ContentLength, time);
        var head = await HeadAsync(reader, cancellationToken);
        var sha256 = found.Metadata[BucketWriter.HashHeader] ?? await HashAsync(reader, cancellationToken);
        var copy = NewKey(folder);
        return await TryCopyAsync(source, client.NameOf(copy), cancellationToken) ? new StoredAsset(copy, found.ContentLength, sha256, head) : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, CancellationToken cancellationToken)
    {
        AssetKey.FolderSegments(parent);
        return _folders.ListFoldersAsync(parent, cancellationToken);
    }

    // What fails may have been made all the same, when only the answer was lost.
    private async Task<bool> TryCopyAsync(string source, string target, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = client.Bucket,
            SourceKey = source,
            DestinationBucket = client.Bucket,
            DestinationKey = target,
        };
        try
        {
            return await client.FindAsync("copying", s3 => s3.CopyObjectAsync(request, cancellationToken), cancellationToken) is not null;
        }
        catch (Exception exception) when (exception is AssetStoreAwayException or OperationCanceledException)
        {
            await _folders.TryDeleteAsync(target, time);
            throw;
        }
    }

    private static async Task<byte[]> HeadAsync(IAssetReader reader, CancellationToken cancellationToken)
    {
        var head = new byte[Math.Min(HeadBytes, reader.LengthBytes)];
        reader.Expect(0, head.Length);
        for (var filled = 0; filled < head.Length;)
        {
            var count = await reader.ReadAsync(head.AsMemory(filled), filled, cancellationToken);
            if (count == 0) throw new EndOfStreamException("The file is shorter than it was.");
            filled += count;
        }

        return head;
    }

    // Only what was written in parts comes here: its hash was not known when its first part left.
    private static async Task<string> HashAsync(IAssetReader reader, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[PieceBytes];
        reader.Expect(0, reader.LengthBytes);
        for (var offset = 0L; offset < reader.LengthBytes;)
        {
            var count = await reader.ReadAsync(buffer, offset, cancellationToken);
            if (count == 0) throw new EndOfStreamException("The file is shorter than it was.");
            hash.AppendData(buffer, 0, count);
            offset += count;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string NewKey(string folder)
    {
        Span<byte> bytes = stackalloc byte[NameBytes];
        fillRandom(bytes);
        return $"{folder}/{Convert.ToHexStringLower(bytes)}";
    }
}
