using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Bucket;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>The bucket store over a bucket of its own at the real server, without a host.</summary>
internal sealed class BucketWorld : IDisposable
{
    private BucketWorld(SwiftBucket bucket, ILoggerFactory loggers, TimeProvider time, Action<Span<byte>> fill)
    {
        Bucket = bucket;
        State = new AssetStoreState(loggers.CreateLogger<AssetStoreState>());
        Client = new BucketClient(bucket.Settings, State);
        Store = new BucketAssetStore(Client, Uploads, fill, TimeProvider.System);
        Sweep = new BucketSweep(Client, Uploads, time, NullLogger<BucketSweep>.Instance);
        Probe = new BucketProbe(Client, Randomness.System);
    }

    public SwiftBucket Bucket { get; }

    public AssetStoreState State { get; }

    public BucketClient Client { get; }

    public BucketUploads Uploads { get; } = new();

    public BucketAssetStore Store { get; }

    public BucketSweep Sweep { get; }

    public BucketProbe Probe { get; }

    /// <param name="port">Where the store finds the server; by default at its own port.</param>
    /// <param name="time">The clock of the sweep.</param>
    public static async Task<BucketWorld> StartAsync(
        int? port = null, ILoggerFactory? loggers = null, TimeProvider? time = null, Action<Span<byte>>? fill = null) => new(
        await (await SwiftServer.UseAsync()).NewBucketAsync(port), loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System,
        fill ?? RandomNumberGenerator.Fill);

    public void Dispose()
    {
        Client.Dispose();
        Uploads.Dispose();
        Bucket.Dispose();
    }
}
