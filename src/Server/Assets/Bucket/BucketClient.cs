using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Reelay.Server.Assets.Bucket;

/// <summary>
/// The one way to the bucket: every failure that is not about a single object becomes an <see cref="AssetStoreAwayException"/>, and is told to
/// <see cref="AssetStoreState"/>.
/// </summary>
internal sealed class BucketClient : IDisposable
{
    // Of the client library, for each call: what fails in itself (5xx, throttling, a broken connection) is sent again, after a moment.
    private const int MaxRetries = 2;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5);

    private readonly AmazonS3Client _client;
    private readonly AmazonS3Client _once;
    private readonly AssetStoreState _state;

    /// <summary>Makes the client; nothing is sent.</summary>
    public BucketClient(BucketSettings settings, AssetStoreState state)
    {
        (Settings, _state) = (settings, state);
        _client = NewClient(settings, settings.Endpoint);
        _once = NewClient(settings, settings.Endpoint, maxRetries: 0);
    }

    public BucketSettings Settings { get; }

    /// <summary>Name of the bucket.</summary>
    public string Bucket => Settings.Bucket;

    /// <summary>Longest time of one try of a call, and of one silence in an answer.</summary>
    public TimeSpan CallTime => TimeSpan.FromSeconds(Settings.CallSeconds);

    /// <summary>Name of the object of a key, or what the names of a folder's objects begin with.</summary>
    public string NameOf(string path) => Settings.Prefix + path;

    /// <summary>A client of the library, for the service at an address.</summary>
    public static AmazonS3Client NewClient(BucketSettings settings, Uri? endpoint, int maxRetries = MaxRetries)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = settings.Region,
            ForcePathStyle = settings.ForcePathStyle,

            // Checksums in trailers need aws-chunked bodies, which many services refuse; the signature covers a SHA-256 of every body anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = maxRetries,
            ConnectTimeout = ConnectTime,
            Timeout = TimeSpan.FromSeconds(settings.CallSeconds),
            AllowAutoRedirect = false,
            DisableLogging = true,
            IgnoreConfiguredEndpointUrls = true,
        };
        if (endpoint is null) config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        else config.ServiceURL = endpoint.AbsoluteUri.TrimEnd('/');
        return new AmazonS3Client(new BasicAWSCredentials(settings.AccessKey, settings.SecretKey), config);
    }

    /// <summary>Whether an exception is one by which calls of the library fail.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is AmazonClientException or AmazonServiceException or HttpRequestException or TimeoutException or IOException
            or OperationCanceledException or WebException;

    /// <summary>Makes a call.</summary>
    /// <param name="what">What it does, for the operator, for example <c>writing</c>.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="AssetStoreAwayException">It failed.</exception>
    /// <exception cref="OperationCanceledException">The caller's own token ended it.</exception>
    public async Task<T> CallAsync<T>(string what, Func<AmazonS3Client, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(Client);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(exception.Message, exception, cancellationToken);
            throw Away(what, exception);
        }
    }

    /// <summary>Makes a call that is about one object or upload.</summary>
    /// <returns>Null if there is no such object or upload.</returns>
    /// <exception cref="AssetStoreAwayException">It failed for another reason.</exception>
    /// <exception cref="OperationCanceledException">The caller's own token ended it.</exception>
    public Task<T?> FindAsync<T>(string what, Func<AmazonS3Client, Task<T>> call, CancellationToken cancellationToken)
        where T : class => CallAsync<T?>(what, async s3 =>
        {
            try
            {
                return await call(s3);
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>Makes a call whose failure is told to nobody but its caller.</summary>
    public Task<T> RawAsync<T>(Func<AmazonS3Client, Task<T>> call) => call(Client);

    /// <summary>Tells everybody that the bucket is away, and gives what to throw.</summary>
    public AssetStoreAwayException Away(string what, Exception exception)
    {
        var reason = exception is AmazonS3Exception { ErrorCode: { Length: > 0 } code } s3 ? $"{(int)s3.StatusCode} {code}: {s3.Message}" : exception.Message;
        var away = new AssetStoreAwayException($"Bucket {Bucket}: {what} failed: {reason}", exception);
        _state.NoteAway(away.Message);
        return away;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _once.Dispose();
    }

    // Of what is known to be away nobody expects that a second try goes better than the first: whoever asks is told at once.
    private AmazonS3Client Client => _state.IsAway ? _once : _client;
}
