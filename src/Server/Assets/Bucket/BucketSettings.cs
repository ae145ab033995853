namespace Reelay.Server.Assets.Bucket;

/// <summary><c>Reelay:Assets:S3</c>: the bucket that files are kept in. Without any of these settings they are kept in a local folder.</summary>
internal sealed class BucketSettings
{
    /// <summary>Where the settings stand.</summary>
    public const string Section = "Reelay:Assets:S3";

    /// <summary>Largest file in bytes: 5 GiB, the most that a bucket copies within itself.</summary>
    public const long MaxFileBytes = 5L << 30;

    /// <summary>Name of the bucket, which exists.</summary>
    public required string Bucket { get; init; }

    /// <summary>Address of the S3 service; null for Amazon's own in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What links given to callers begin with where they reach the service by another address; null for <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>Region, which is part of every signature. With an endpoint <c>us-east-1</c> by default.</summary>
    public required string Region { get; init; }

    /// <summary>Id of the key.</summary>
    public required string AccessKey { get; init; }

    /// <summary>Its secret; never logged, never in an error.</summary>
    public required string SecretKey { get; init; }

    /// <summary>What all names of objects begin with: empty, or ending in <c>/</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether the bucket stands in the path of an address instead of its host. With an endpoint true by default.</summary>
    public bool ForcePathStyle { get; init; }

    /// <summary>How long a link given to a caller is good, in seconds: 10 to 3,600, by default 300.</summary>
    public int LinkSeconds { get; init; } = 300;

    /// <summary>Longest time of one try of a call, or of one silence in an answer, in seconds: 1 to 600, by default 30.</summary>
    public int CallSeconds { get; init; } = 30;
}
