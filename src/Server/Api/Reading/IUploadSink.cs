using Reelay.Server.Assets;

namespace Reelay.Server.Api.Reading;

/// <summary>Where uploaded bytes go while a request is read; the folder is the caller's choice.</summary>
public interface IUploadSink
{
    /// <summary>Streams an upload into the store; durable when the task returns.</summary>
    /// <exception cref="AssetTooLargeException">More than <paramref name="maxBytes"/> bytes; nothing is kept.</exception>
    Task<StoredAsset> SaveAsync(Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Removes an upload of a request that was refused.</summary>
    Task DiscardAsync(string key);
}
