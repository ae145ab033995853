using System.Security.Cryptography;
using Reelay.Server.Assets;

namespace Reelay.Tests.Assets;

/// <summary>What every store of assets promises. Run against each: the local folder, and a bucket at a real server.</summary>
public abstract class AssetStoreContract : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal IAssetStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenStoreAsync(RandomNumberGenerator.Fill);

    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(131_072)]
    [InlineData(1_000_003)]
    [InlineData(9_000_001)]
    public async Task Written_bytes_are_read_back_with_their_hash_size_and_head(int size)
    {
        var bytes = Bytes(size);

        var stored = await Store.WriteAsync("task_01/1", new TrickleStream(bytes), size, Cancellation);

        Assert.Equal(size, stored.SizeBytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Sha256);
        Assert.Equal(bytes[..Math.Min(64, size)], stored.Head.ToArray());
        Assert.Equal(bytes, await ReadAllAsync(stored.Key));
    }

    [Fact]
    public async Task Key_is_the_folder_and_a_random_name()
    {
        var store = await OpenStoreAsync(span => span.Fill(0xA5));

        var stored = await store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);

        Assert.Equal("task_01/2/" + string.Concat(Enumerable.Repeat("a5", 16)), stored.Key);
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(9_000_000)]
    public async Task Content_above_its_bound_is_refused_and_nothing_is_kept(int bound)
    {
        var thrown = await Assert.ThrowsAsync<AssetTooLargeException>(
            () => Store.WriteAsync("task_01/1", new MemoryStream(Bytes(bound + 1)), bound, Cancellation));

        Assert.Equal(bound, thrown.MaxBytes);
        Assert.Empty(await LeftAsync());
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(8_500_000)]
    public async Task A_source_that_breaks_leaves_nothing_and_its_own_exception_is_passed_on(int failAt)
    {
        var source = new TrickleStream(Bytes(failAt * 2)) { FailAt = failAt };

        var thrown = await Assert.ThrowsAsync<IOException>(() => Store.WriteAsync("task_01/1", source, 20_000_000, Cancellation));

        Assert.Equal("The source broke.", thrown.Message);
        Assert.Empty(await LeftAsync());
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(8_500_000)]
    public async Task Cancellation_in_the_middle_leaves_nothing(int after)
    {
        using var cancellation = new CancellationTokenSource();
        var source = new TrickleStream(Bytes(after * 2)) { OnRead = count => { if (count > after) cancellation.Cancel(); } };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync("task_01/1", source, 20_000_000, cancellation.Token));

        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Unknown_keys_open_as_null_and_delete_quietly()
    {
        Assert.Null(await Store.OpenAsync("task_01/1/none", Cancellation));
        await Store.DeleteAsync("task_01/1/none", Cancellation);
        await Store.DeleteFolderAsync("task_01/1", Cancellation);

        await Store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);
        Assert.Null(await Store.OpenAsync("task_01/1", Cancellation));
        await Store.DeleteAsync("task_01/1", Cancellation);
        Assert.Single(await LeftAsync());
    }

    [Fact]
    public async Task A_deleted_file_is_gone()
    {
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream([1, 2, 3]), 10, Cancellation);
        await Store.DeleteAsync(stored.Key, Cancellation);

        Assert.Null(await Store.OpenAsync(stored.Key, Cancellation));
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Deleting_a_folder_takes_its_files_and_subfolders_but_not_its_neighbour()
    {
        for (var number = 0; number < 7; number++) await Store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);
        await Store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);
        var neighbour = await Store.WriteAsync("task_010/1", new MemoryStream([1]), 10, Cancellation);

        await Store.DeleteFolderAsync("task_01", Cancellation);

        Assert.Equal(neighbour.Key, Assert.Single(await LeftAsync()));
    }

    [Fact]
    public async Task Reads_at_any_offset_run_at_the_same_time_and_end_with_the_file()
    {
        var bytes = Bytes(2_000_000);
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream(bytes), bytes.Length, Cancellation);
        await using var reader = (await Store.OpenAsync(stored.Key, Cancellation))!;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var (buffer, offset) = (new byte[10_000], number * 237_111);
            for (var filled = 0; filled < buffer.Length;) filled += await reader.ReadAsync(buffer.AsMemory(filled), offset + filled, Cancellation);
            Assert.Equal(bytes[offset..(offset + buffer.Length)], buffer);
        }));

        Assert.Equal(0, await reader.ReadAsync(new byte[10], bytes.Length, Cancellation));
        Assert.Equal(0, await reader.ReadAsync(new byte[10], bytes.Length + 5, Cancellation));
        Assert.Equal(1, await reader.ReadAsync(new byte[10], bytes.Length - 1, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("task/..")]
    [InlineData("task/../../x")]
    [InlineData("/etc")]
    [InlineData("task//1")]
    [InlineData("task/1/")]
    [InlineData("a/b/c/d/e")]
    [InlineData("task\\1")]
    [InlineData("task.1")]
    [InlineData("tâche")]
    [InlineData("task\0")]
    [InlineData("%2e%2e")]
    public async Task Paths_of_anything_but_plain_segments_are_our_mistake(string path)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.WriteAsync(path, new MemoryStream([1]), 10, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteFolderAsync(path, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.OpenAsync(path, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync(path, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.CopyAsync(path, "inputs/order", Cancellation));
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Many_writers_into_one_folder_do_not_disturb_each_other()
    {
        var stored = await Task.WhenAll(
            Enumerable.Range(1, 32).Select(i => new TrickleStream(Bytes(i * 1_000)))
                .Select(source => Store.WriteAsync("task_01/1", source, 100_000, Cancellation)));

        Assert.Equal(32, stored.Select(asset => asset.Key).Distinct().Count());
        foreach (var asset in stored) Assert.Equal(asset.SizeBytes, (await ReadAllAsync(asset.Key)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(400_001)]
    [InlineData(9_000_001)]
    public async Task A_copy_has_the_same_bytes_and_outlives_the_original(int size)
    {
        var bytes = Bytes(size);
        var original = await Store.WriteAsync("files/file_1", new MemoryStream(bytes), size, Cancellation);

        var copy = await Store.CopyAsync(original.Key, "inputs/order", Cancellation);

        Assert.Equal((size, original.Sha256), (copy!.SizeBytes, copy.Sha256));
        Assert.Equal(original.Head.ToArray(), copy.Head.ToArray());
        Assert.StartsWith("inputs/order/", copy.Key);
        await Store.DeleteFolderAsync("files/file_1", Cancellation);
        await using var stream = new AssetStream((await Store.OpenAsync(copy.Key, Cancellation))!);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancellation);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task A_copy_of_a_key_that_is_gone_is_null_and_leaves_nothing()
    {
        Assert.Null(await Store.CopyAsync("files/file_1/none", "inputs/order", Cancellation));
        Assert.Empty(await LeftAsync());
        var stored = await Store.WriteAsync("files/file_1", new MemoryStream([1]), 1, Cancellation);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.CopyAsync(stored.Key, "../order", Cancellation));
    }

    [Fact]
    public async Task Folders_are_listed_once_each_and_as_young_as_what_was_written_last()
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-2);
        for (var number = 0; number < 4; number++)
        {
            await Store.WriteAsync("inputs/a", new MemoryStream([1]), 1, Cancellation);
            await Store.WriteAsync("inputs/a-b", new MemoryStream([1]), 1, Cancellation);
        }

        await Store.WriteAsync("inputs/b/1", new MemoryStream([1]), 1, Cancellation);
        await Store.WriteAsync("inputs2/d", new MemoryStream([1]), 1, Cancellation);
        await Store.WriteAsync("files/c", new MemoryStream([1]), 1, Cancellation);

        var listed = await Store.ListFoldersAsync("inputs", Cancellation).OrderBy(folder => folder.Folder, StringComparer.Ordinal).ToListAsync(Cancellation);

        Assert.Equal(["inputs/a", "inputs/a-b", "inputs/b"], listed.Select(folder => folder.Folder));
        Assert.All(listed, folder => Assert.InRange(folder.ChangedAt, before, TimeProvider.System.GetUtcNow().AddSeconds(2)));
    }

    [Fact]
    public async Task A_parent_that_is_not_there_has_no_folders_and_one_outside_the_store_is_our_mistake()
    {
        Assert.Empty(await Store.ListFoldersAsync("inputs", Cancellation).ToListAsync(Cancellation));
        Assert.ThrowsAny<ArgumentException>(() => Store.ListFoldersAsync("..", Cancellation));
    }

    /// <summary>Opens a further store over the same place.</summary>
    internal abstract ValueTask<IAssetStore> OpenStoreAsync(Action<Span<byte>> fillRandom);

    /// <summary>Keys of everything that lies there, and what else does.</summary>
    protected abstract Task<string[]> LeftAsync();

    protected static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    protected async Task<byte[]> ReadAllAsync(string key)
    {
        await using var reader = await Store.OpenAsync(key, Cancellation);
        var bytes = new byte[reader!.LengthBytes];
        var filled = 0;
        while (filled < bytes.Length)
        {
            var piece = bytes.AsMemory(filled, Math.Min(4_096, bytes.Length - filled));
            filled += await reader.ReadAsync(piece, filled, Cancellation);
        }

        return bytes;
    }
}
