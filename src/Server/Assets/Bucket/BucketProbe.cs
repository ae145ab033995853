using System.Net;
using Amazon.Runtime;
using Amazon.S3.Model;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Bucket;

/// <summary>Finds out whether the bucket can be used as the server needs it: by writing, reading, listing and removing one small object.</summary>
internal sealed class BucketProbe(BucketClient client, Randomness randomness)
{
    // No key of the store begins so: they are tasks, and the roots of uploads.
    private const string Folder = "probes/";

    private readonly string _name = client.NameOf(Folder + randomness.Text(24));

    /// <summary>Tries it.</summary>
    /// <returns>Null if all went well; else what the operator has to know, and whether it is a setting's fault and does not pass by itself.</returns>
    public async Task<BucketFault?> RunAsync(CancellationToken cancellationToken)
    {
        var doing = "s3:ListBucket";
        try
        {
            // Itself no call of the store: a start that is refused has no state to tell anybody of.
            await client.RawAsync(s3 => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = client.Bucket, Prefix = _name, MaxKeys = 1 }, cancellationToken));
            doing = "s3:PutObject";
            await client.RawAsync(s3 => s3.PutObjectAsync(
                new PutObjectRequest { BucketName = client.Bucket, Key = _name, ContentBody = "Reelay", UseChunkEncoding = false }, cancellationToken));
            doing = "s3:GetObject";
            await client.RawAsync(s3 => s3.GetObjectMetadataAsync(client.Bucket, _name, cancellationToken));
            doing = "s3:DeleteObject";
            await client.RawAsync(s3 => s3.DeleteObjectAsync(client.Bucket, _name, cancellationToken));
            doing = "s3:ListBucketMultipartUploads";
            await client.RawAsync(s3 => s3.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest { BucketName = client.Bucket, Prefix = _name, MaxUploads = 1 }, cancellationToken));
            return null;
        }
        catch (AmazonServiceException exception)
        {
            return Judge(exception, doing);
        }
        catch (Exception exception) when (BucketClient.IsFailure(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new BucketFault(
                $"{BucketSettings.Section}:Endpoint: {client.Settings.Endpoint?.ToString() ?? "Amazon S3"} does not answer: {exception.Message}", IsFinal: false);
        }
    }

    private BucketFault Judge(AmazonServiceException exception, string doing)
    {
        var (setting, what) = exception.ErrorCode switch
        {
            "NoSuchBucket" => ("Bucket", $"there is no bucket '{client.Bucket}'"),
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
                ("Region", $"the bucket '{client.Bucket}' is not in '{client.Settings.Region}'"),
            "InvalidAccessKeyId" => ("AccessKey", "the service does not know this key"),
            "SignatureDoesNotMatch" => ("SecretKey", "the secret does not belong to the AccessKey, or Region is wrong"),
            "RequestTimeTooSkewed" => ("Endpoint", "this machine's clock is wrong"),
            _ when exception.StatusCode == HttpStatusCode.Forbidden => ("AccessKey", $"the key may not do {doing} in the bucket '{client.Bucket}'"),
            _ when exception.StatusCode == HttpStatusCode.NotFound => ("Bucket", $"there is no bucket '{client.Bucket}'"),
            _ => ("Endpoint", $"{client.Settings.Endpoint?.ToString() ?? "Amazon S3"} refused {doing}"),
        };

        // Without an answer, or with one that blames the service itself, another try may go better.
        var isFinal = (int)exception.StatusCode is >= 300 and < 500 and not (408 or 429);
        return new BucketFault(
            $"{BucketSettings.Section}:{setting}: {what} ({(int)exception.StatusCode} {exception.ErrorCode}: {exception.Message})", isFinal);
    }
}

/// <summary>Why the bucket cannot be used.</summary>
/// <param name="Message">Names the setting.</param>
/// <param name="IsFinal">Whether it does not pass by itself.</param>
internal sealed record BucketFault(string Message, bool IsFinal);

/// <summary>The bucket refuses to be used with these settings; the message names the one.</summary>
internal sealed class BucketRefusedException(string message) : InvalidOperationException(message);
