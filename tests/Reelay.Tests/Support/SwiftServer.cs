using System.Diagnostics;
using System.Security.Cryptography;
using Amazon.S3;
using Reelay.Server.Assets.Bucket;

namespace Reelay.Tests.Support;

/// <summary>A real, strict S3 server: OpenStack Swift, started when the first test wants it and ended with the run, however that ends.</summary>
internal sealed class SwiftServer
{
    public const string AccessKey = "media:gateway";
    public const string SecretKey = "testing";

    /// <summary>A key that the server knows and that may do nothing.</summary>
    public const string GuestKey = "media:guest";
    public const string GuestSecret = "visiting";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly string[] Programs = ["swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server", "memcached"];
    private static readonly Lazy<Task<SwiftServer>> One = new(StartAsync);

    // Kept: collected, it would close the pipe.
    private readonly Process _process;

    private SwiftServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>The server, or the test is skipped where Swift is not installed.</summary>
    public static async Task<SwiftServer> UseAsync()
    {
        Assert.SkipUnless(
            Programs.All(Tool.Exists) || Environment.GetEnvironmentVariable("REELAY_CI") is not null, "Swift is not installed; make install-test does it.");
        return await One.Value;
    }

    /// <summary>Makes a bucket for one test.</summary>
    /// <param name="port">Where the server of its settings is; by default this one.</param>
    public async Task<SwiftBucket> NewBucketAsync(int? port = null, string prefix = "kept/here/")
    {
        var name = "reelay-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var client = BucketClient.NewClient(Settings(name, Port, ""), new Uri($"http://127.0.0.1:{Port}"));
        Assert.False(_process.HasExited);
        await client.PutBucketAsync(name, TestContext.Current.CancellationToken);
        return new SwiftBucket(client, Settings(name, port ?? Port, prefix));
    }

    /// <summary>Settings as they are read from a configuration.</summary>
    public static BucketSettings Settings(string bucket, int port, string prefix, string accessKey = AccessKey, string secretKey = SecretKey) => new()
    {
        Bucket = bucket,
        Endpoint = new Uri($"http://127.0.0.1:{port}"),
        Region = "us-east-1",
        AccessKey = accessKey,
        SecretKey = secretKey,
        Prefix = prefix,
        ForcePathStyle = true,
        CallSeconds = 10,
    };

    private static async Task<SwiftServer> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "reelay-swift-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        var ports = new HashSet<int>();
        while (ports.Count < 5) ports.Add(ServerProcess.FreePort());
        var start = new ProcessStartInfo(
            Path.Combine(Repository.Root, "tests", "Reelay.Tests", "Support", "swift-s3"), [folder, .. ports.Select(port => port.ToString())])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Its standard input is this process's end of a pipe, which closes when this process ends: so does the server then.
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(StartPatience, TimeProvider.System);
        if (line != "ready") throw new InvalidOperationException($"Swift did not start: {await errors}");
        return new SwiftServer(process, ports.First());
    }
}

/// <summary>A bucket of one test, with a client that looks into it past the store.</summary>
internal sealed class SwiftBucket(AmazonS3Client client, BucketSettings settings) : IDisposable
{
    public AmazonS3Client Client => client;

    public BucketSettings Settings => settings;

    public string Name => settings.Bucket;

    /// <summary>The settings as a server is given them.</summary>
    public Dictionary<string, string?> Configuration => new()
    {
        ["Reelay:Assets:S3:Bucket"] = settings.Bucket,
        ["Reelay:Assets:S3:Endpoint"] = settings.Endpoint!.ToString(),
        ["Reelay:Assets:S3:AccessKey"] = settings.AccessKey,
        ["Reelay:Assets:S3:SecretKey"] = settings.SecretKey,
        ["Reelay:Assets:S3:Prefix"] = settings.Prefix,
        ["Reelay:Assets:S3:CallSeconds"] = settings.CallSeconds.ToString(),
        ["Reelay:Engine:MaxResultBytes"] = (1L << 30).ToString(),
    };

    /// <summary>Names of all objects, without the prefix.</summary>
    public async Task<string[]> ObjectsAsync()
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await client.ListObjectsV2Async(
                new() { BucketName = Name, ContinuationToken = token }, TestContext.Current.CancellationToken);
            names.AddRange((page.S3Objects ?? []).Select(found => found.Key));
            token = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (token is not null);
        Assert.All(names, name => Assert.StartsWith(settings.Prefix, name));
        return [.. names.Select(name => name[settings.Prefix.Length..])];
    }

    /// <summary>How many uploads in parts have not ended.</summary>
    public async Task<int> UnfinishedCountAsync() =>
        (await client.ListMultipartUploadsAsync(new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = Name }, TestContext.Current.CancellationToken)).MultipartUploads?.Count ?? 0;

    public void Dispose() => client.Dispose();
}
