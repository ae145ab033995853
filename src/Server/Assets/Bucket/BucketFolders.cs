using System.Runtime.CompilerServices;
using Amazon.S3.Model;

namespace Reelay.Server.Assets.Bucket;

/// <summary>What lies in the bucket: objects, and uploads that have not ended.</summary>
internal sealed class BucketFolders(BucketClient client)
{
    /// <summary>An upload in parts that has not ended.</summary>
    /// <param name="ObjectName">What it will be.</param>
    /// <param name="UploadId">Its id.</param>
    /// <param name="BegunAt">When it was begun, by the clock of the service.</param>
    public sealed record Unfinished(string ObjectName, string UploadId, DateTimeOffset BegunAt);

    /// <summary>The objects whose names begin so, in the order of their names: services that give no order are not for us.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = client.Bucket, Prefix = prefix };
        while (true)
        {
            var page = await client.CallAsync("listing", s3 => s3.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var found in page.S3Objects ?? []) yield return found;
            if (page.IsTruncated != true) yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    /// <summary>The uploads of objects whose names begin so.</summary>
    public async IAsyncEnumerable<Unfinished> ListUnfinishedAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = client.Bucket, Prefix = prefix };
        while (true)
        {
            var page = await client.CallAsync("listing", s3 => s3.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken);
            foreach (var found in page.MultipartUploads ?? []) yield return new Unfinished(found.Key, found.UploadId, Utc(found.Initiated));
            if (page.IsTruncated != true) yield break;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    }

    /// <summary>When the last part of an upload was written, or it was begun.</summary>
    public async Task<DateTimeOffset> ChangedAtAsync(Unfinished upload, CancellationToken cancellationToken)
    {
        var newest = upload.BegunAt;
        var request = new ListPartsRequest { BucketName = client.Bucket, Key = upload.ObjectName, UploadId = upload.UploadId };
        while (true)
        {
            var page = await client.FindAsync("listing", s3 => s3.ListPartsAsync(request, cancellationToken), cancellationToken);
            foreach (var part in page?.Parts ?? []) newest = Max(newest, Utc(part.LastModified));
            if (page?.IsTruncated != true) return newest;
            request.PartNumberMarker = page.NextPartNumberMarker?.ToString();
        }
    }

    /// <summary>Removes an object; nothing happens if it is not there.</summary>
    public Task DeleteAsync(string objectName, CancellationToken cancellationToken) =>
        client.FindAsync("removing", s3 => s3.DeleteObjectAsync(client.Bucket, objectName, cancellationToken), cancellationToken);

    /// <summary>Removes what may have been written, while another exception is on its way; what cannot be removed now is left for its folder's end.</summary>
    public async Task TryDeleteAsync(string objectName, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(client.CallTime, time);
        try
        {
            await DeleteAsync(objectName, limit.Token);
        }
        catch (Exception exception) when (exception is AssetStoreAwayException or OperationCanceledException)
        {
            // The first exception tells what happened.
        }
    }

    /// <summary>Ends an upload and removes its parts; nothing happens if it is not there.</summary>
    public Task AbortAsync(Unfinished upload, CancellationToken cancellationToken)
    {
        var request = new AbortMultipartUploadRequest { BucketName = client.Bucket, Key = upload.ObjectName, UploadId = upload.UploadId };
        return client.FindAsync("ending an upload", s3 => s3.AbortMultipartUploadAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>The folders directly under a folder; names of objects are listed in order, so that each folder's stand together.</summary>
    public async IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Uploads first: one that ends meanwhile is then found a second time, as an object, and not missed.
        var unfinished = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await foreach (var upload in ListUnfinishedAsync(client.NameOf(parent) + "/", cancellationToken))
        {
            if (FolderOf(upload.ObjectName, parent) is not { } folder) continue;
            unfinished[folder] = Max(unfinished.GetValueOrDefault(folder), await ChangedAtAsync(upload, cancellationToken));
        }

        AssetFolder? current = null;
        await foreach (var found in ListAsync(client.NameOf(parent) + "/", cancellationToken))
        {
            if (FolderOf(found.Key, parent) is not { } folder) continue;
            if (current is not null && current.Folder != folder) yield return current;
            if (current?.Folder != folder) current = new AssetFolder(folder, unfinished.Remove(folder, out var at) ? at : default);
            current = current with { ChangedAt = Max(current.ChangedAt, Utc(found.LastModified)) };
        }

        if (current is not null) yield return current;
        foreach (var (folder, at) in unfinished) yield return new AssetFolder(folder, at);
    }

    // In the words of the store. Null for what lies directly under the parent, or is none of ours.
    private string? FolderOf(string objectName, string parent)
    {
        var start = client.NameOf(parent).Length + 1;
        var end = objectName.Length > start ? objectName.IndexOf('/', start) : -1;
        return end <= start ? null : $"{parent}/{objectName[start..end]}";
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // The library gives the machine's own time, or none where the service said none: that is then as old as can be, and a sweep's own list of
    // what is being written protects it.
    private static DateTimeOffset Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : default;
}
