using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Bucket;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>The way to the bucket is cut, or its settings are wrong.</summary>
public sealed class BucketOutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cut_in_the_middle_of_a_write_is_said_once_and_leaves_nothing_to_be_seen()
    {
        var log = new WholeLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var way = new ClosableWay((await SwiftServer.UseAsync()).Port);
        using var world = await BucketWorld.StartAsync(way.Port, loggers);
        using var watch = new BucketWatch(world.Probe, world.State, TimeProvider.System, NullLogger<BucketWatch>.Instance);
        await watch.StartingAsync(Cancellation);
        await watch.StartedAsync(Cancellation);
        using var source = new TrickleStream(new byte[20_000_000]) { OnRead = count => { if (count > 12_000_000) way.Close(); } };

        await Assert.ThrowsAsync<AssetStoreAwayException>(() => world.Store.WriteAsync("task_01/1", source, 20_000_000, Cancellation));
        Assert.True(world.State.IsAway);
        await Assert.ThrowsAsync<AssetStoreAwayException>(async () => await world.Store.OpenAsync("task_01/1/x", Cancellation));
        await Assert.ThrowsAsync<AssetStoreAwayException>(() => world.Store.DeleteFolderAsync("task_01/1", Cancellation));
        Assert.Empty(await world.Bucket.ObjectsAsync());

        way.Open();
        while (world.State.IsAway) await GatewayHost.PauseAsync();
        await world.Store.DeleteFolderAsync("task_01/1", Cancellation);
        Assert.Equal(0, await world.Bucket.UnfinishedCountAsync());
        await world.Store.WriteAsync("task_01/1", new MemoryStream([1]), 1, Cancellation);
        Assert.Single(await world.Bucket.ObjectsAsync());
        Assert.Equal(1, log.Lines.Count(line => line.Contains("cannot be used")));
        Assert.Equal(1, log.Lines.Count(line => line.Contains("can be used again")));
        Assert.DoesNotContain(log.Lines, line => line.Contains(SwiftServer.SecretKey));
        await watch.StoppedAsync(Cancellation);
    }

    [Fact]
    public async Task A_read_whose_connection_is_cut_goes_on_over_another()
    {
        await using var way = new ClosableWay((await SwiftServer.UseAsync()).Port);
        using var world = await BucketWorld.StartAsync(way.Port);
        var bytes = new byte[6_000_000];
        new Random(7).NextBytes(bytes);
        var stored = await world.Store.WriteAsync("task_01/1", new MemoryStream(bytes), bytes.Length, Cancellation);
        await using var reader = (await world.Store.OpenAsync(stored.Key, Cancellation))!;
        reader.Expect(0, bytes.Length);
        var read = new byte[bytes.Length];
        var isCut = false;
        for (var filled = 0; filled < read.Length;)
        {
            filled += await reader.ReadAsync(read.AsMemory(filled, Math.Min(65_536, read.Length - filled)), filled, Cancellation);
            if (filled < 1_000_000 || isCut) continue;
            isCut = true;
            way.Close();
            way.Open();
        }

        Assert.True(bytes.AsSpan().SequenceEqual(read));
        Assert.False(world.State.IsAway);

        await world.Store.DeleteAsync(stored.Key, Cancellation);
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await reader.ReadAsync(read, 5, Cancellation));
        Assert.False(world.State.IsAway);
    }

    [Fact]
    public async Task What_is_wrong_is_found_at_the_start_and_named_by_its_setting()
    {
        var swift = await SwiftServer.UseAsync();
        using var bucket = await swift.NewBucketAsync();
        var bucketName = bucket.Name;
        Assert.Null(await ProbeAsync(bucket.Settings));
        Assert.Empty(await bucket.ObjectsAsync());

        foreach (var (settings, said, isFinal) in new[]
        {
            (With(secretKey: "wrong"), "Reelay:Assets:S3:SecretKey: ", true),
            (With(bucket: "nobodys-bucket-here"), "Reelay:Assets:S3:Bucket: there is no bucket 'nobodys-bucket-here'", true),
            (With(accessKey: SwiftServer.GuestKey, secretKey: SwiftServer.GuestSecret), "Reelay:Assets:S3:AccessKey: the key may not do s3:ListBucket", true),
            (With(accessKey: "media:nobody"), "Reelay:Assets:S3:", true),
            (With(port: ServerProcess.FreePort()), "Reelay:Assets:S3:Endpoint: ", false),
        })
        {
            var fault = await ProbeAsync(settings);
            Assert.StartsWith(said, fault!.Message);
            Assert.Equal(isFinal, fault.IsFinal);
            Assert.DoesNotContain("wrong)", fault.Message);
        }

        BucketSettings With(string? bucket = null, int? port = null, string accessKey = SwiftServer.AccessKey, string secretKey = SwiftServer.SecretKey) =>
            SwiftServer.Settings(bucket ?? bucketName, port ?? swift.Port, "", accessKey, secretKey);
    }

    private static async Task<BucketFault?> ProbeAsync(BucketSettings settings)
    {
        using var client = new BucketClient(settings, new AssetStoreState(NullLogger<AssetStoreState>.Instance));
        return await new BucketProbe(client, Randomness.System).RunAsync(Cancellation);
    }
}
