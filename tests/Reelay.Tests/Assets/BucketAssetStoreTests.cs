using System.Security.Cryptography;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Bucket;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>The bucket: what every store promises, and what uploads in parts have of their own. The server turns pages after five names.</summary>
public sealed class BucketAssetStoreTests : AssetStoreContract
{
    private BucketWorld? _world;

    public override ValueTask DisposeAsync()
    {
        _world?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_file_over_three_parts_is_whole_and_ranges_cross_their_borders()
    {
        var bytes = Bytes(24_000_000);
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream(bytes), bytes.Length, Cancellation);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Sha256);
        var head = await _world!.Bucket.Client.GetObjectMetadataAsync(_world.Bucket.Name, _world.Client.NameOf(stored.Key), Cancellation);
        Assert.EndsWith("-3\"", head.ETag);
        await using var reader = (await Store.OpenAsync(stored.Key, Cancellation))!;
        foreach (var border in new[] { PartBuffer.PartBytes, 2 * PartBuffer.PartBytes })
        {
            var buffer = new byte[200_000];
            for (var filled = 0; filled < buffer.Length;)
                filled += await reader.ReadAsync(buffer.AsMemory(filled), border - 100_000 + filled, Cancellation);
            Assert.Equal(bytes[(border - 100_000)..(border + 100_000)], buffer);
        }

        await using var stream = new AssetStream((await Store.OpenAsync(stored.Key, Cancellation))!);
        Assert.Equal(SHA256.HashData(bytes), await SHA256.HashDataAsync(stream, Cancellation));
        Assert.Equal(0, await _world.Bucket.UnfinishedCountAsync());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_file_around_the_size_of_a_part_is_whole(int more)
    {
        var bytes = Bytes(PartBuffer.PartBytes + more);
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream(bytes), bytes.Length, Cancellation);
        Assert.Equal(bytes, await ReadAllAsync(stored.Key));
    }

    [Fact]
    public async Task Nothing_is_visible_while_it_is_written_and_no_sweep_takes_it_however_late_its_clock_is()
    {
        using var world = await BucketWorld.StartAsync(time: new MovedClock { Ahead = TimeSpan.FromDays(3) });
        var seen = (Objects: -1, Unfinished: -1, Swept: -1);
        var asking = Task.CompletedTask;
        using var source = new TrickleStream(Bytes(20_000_000))
        {
            OnRead = count =>
            {
                if (count > 18_000_000 && seen.Objects < 0) asking = LookAsync().WaitAsync(Cancellation);
            },
        };

        var stored = await world.Store.WriteAsync("inputs/order", new Held(source, () => asking), 20_000_000, Cancellation);

        Assert.Equal((0, 1, 0), seen);
        Assert.Equal(stored.Key, Assert.Single(await world.Bucket.ObjectsAsync()));

        async Task LookAsync()
        {
            seen.Objects = (await world.Bucket.ObjectsAsync()).Length;
            seen.Unfinished = await world.Bucket.UnfinishedCountAsync();
            seen.Swept = await world.Sweep.SweepAsync(Cancellation);
        }
    }

    [Fact]
    public async Task An_upload_that_nobody_goes_on_with_is_swept_after_a_day_and_no_sooner()
    {
        var clock = new MovedClock();
        using var world = await BucketWorld.StartAsync(time: clock);
        var name = world.Client.NameOf("inputs/dead/half");
        var upload = await world.Bucket.Client.InitiateMultipartUploadAsync(world.Bucket.Name, name, Cancellation);
        for (var number = 1; number <= 3; number++)
        {
            await world.Bucket.Client.UploadPartAsync(
                new()
                {
                    BucketName = world.Bucket.Name, Key = name, UploadId = upload.UploadId, PartNumber = number, UseChunkEncoding = false,
                    InputStream = new MemoryStream(Bytes(1_000)),
                },
                Cancellation);
        }

        Assert.Null(await world.Store.OpenAsync("inputs/dead/half", Cancellation));
        var listed = await world.Store.ListFoldersAsync("inputs", Cancellation).SingleAsync(Cancellation);
        Assert.Equal("inputs/dead", listed.Folder);
        Assert.InRange(listed.ChangedAt, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddSeconds(2));
        clock.Ahead = TimeSpan.FromHours(23);
        Assert.Equal(0, await world.Sweep.SweepAsync(Cancellation));
        Assert.Equal(1, await world.Bucket.UnfinishedCountAsync());
        clock.Ahead = TimeSpan.FromHours(25);
        Assert.Equal(1, await world.Sweep.SweepAsync(Cancellation));
        Assert.Equal(0, await world.Bucket.UnfinishedCountAsync());
        Assert.Empty(await world.Store.ListFoldersAsync("inputs", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Deleting_a_folder_ends_what_is_being_written_into_it_and_the_writer_is_told()
    {
        using var source = new TrickleStream(Bytes(30_000_000));
        Task? deleted = null;
        var held = new Held(source, () => source.Position < 18_000_000 ? Task.CompletedTask : deleted ??= Store.DeleteFolderAsync("task_01", Cancellation));

        await Assert.ThrowsAnyAsync<IOException>(() => Store.WriteAsync("task_01/1", held, 30_000_000, Cancellation));

        Assert.Empty(await LeftAsync());
    }

    internal override async ValueTask<IAssetStore> OpenStoreAsync(Action<Span<byte>> fillRandom)
    {
        _world ??= await BucketWorld.StartAsync();
        return new BucketAssetStore(_world.Client, _world.Uploads, fillRandom, TimeProvider.System);
    }

    protected override async Task<string[]> LeftAsync()
    {
        Assert.Equal(0, await _world!.Bucket.UnfinishedCountAsync());
        return await _world.Bucket.ObjectsAsync();
    }

    /// <summary>A source that waits for something before each read.</summary>
    private sealed class Held(Stream source, Func<Task> before) : Server.Storage.ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await before();
            return await source.ReadAsync(buffer, cancellationToken);
        }
    }
}
