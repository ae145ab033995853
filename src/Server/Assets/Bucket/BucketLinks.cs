using Amazon.S3;
using Amazon.S3.Model;

namespace Reelay.Server.Assets.Bucket;

/// <summary>Links that the service itself honours, signed here without asking it.</summary>
internal sealed class BucketLinks(BucketSettings settings, TimeProvider time) : IAssetLinks, IDisposable
{
    private readonly AmazonS3Client _signer = BucketClient.NewClient(settings, settings.PublicEndpoint ?? settings.Endpoint);

    /// <inheritdoc/>
    public TimeSpan MaxLife => TimeSpan.FromSeconds(settings.LinkSeconds);

    /// <inheritdoc/>
    public Uri Link(string key, bool isHead, AssetLinkHeaders headers, TimeSpan life)
    {
        AssetKey.KeySegments(key);
        var isPlain = (settings.PublicEndpoint ?? settings.Endpoint)?.Scheme == Uri.UriSchemeHttp;
        var seconds = Math.Clamp(life.TotalSeconds, 1, settings.LinkSeconds);
        return new Uri(_signer.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = settings.Bucket,
            Key = settings.Prefix + key,
            Verb = isHead ? HttpVerb.HEAD : HttpVerb.GET,
            Protocol = isPlain ? Protocol.HTTP : Protocol.HTTPS,
            Expires = time.GetUtcNow().UtcDateTime.AddSeconds(seconds),
            ResponseHeaderOverrides = new ResponseHeaderOverrides
            {
                ContentType = headers.ContentType,
                ContentDisposition = headers.ContentDisposition,
                CacheControl = headers.CacheControl,
            },
        }));
    }

    /// <inheritdoc/>
    public void Dispose() => _signer.Dispose();
}
