using System.Security.Cryptography;
using Reelay.Server.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>Copies within the store, and the list of its folders.</summary>
public sealed class AssetCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalAssetStore _store;

    public AssetCopyTests() => _store = new LocalAssetStore(_folder.File("assets"), RandomNumberGenerator.Fill);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(400_001)]
    public async Task A_copy_has_the_same_bytes_and_outlives_the_original(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        var original = await _store.WriteAsync("files/file_1", new MemoryStream(bytes), size, Cancellation);

        var copy = await _store.CopyAsync(original.Key, "inputs/order", Cancellation);

        Assert.Equal((size, original.Sha256), (copy!.SizeBytes, copy.Sha256));
        Assert.Equal(original.Head.ToArray(), copy.Head.ToArray());
        Assert.StartsWith("inputs/order/", copy.Key);
        await _store.DeleteFolderAsync("files/file_1", Cancellation);
        await using var stream = new AssetStream((await _store.OpenAsync(copy.Key, Cancellation))!);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancellation);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task A_copy_is_as_young_as_its_making_and_closed_to_others()
    {
        var original = await _store.WriteAsync("files/file_1", new MemoryStream([1]), 1, Cancellation);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(PathOf(original.Key), old);

        var copy = await _store.CopyAsync(original.Key, "inputs/order", Cancellation);

        Assert.True(File.GetLastWriteTimeUtc(PathOf(copy!.Key)) > old.AddYears(1));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(copy.Key)));
    }

    [Fact]
    public async Task A_key_that_is_gone_gives_null_and_leaves_nothing()
    {
        Assert.Null(await _store.CopyAsync("files/file_1/none", "inputs/order", Cancellation));
        Assert.Empty(_folder.Files());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _store.CopyAsync("files/../x", "inputs/order", Cancellation));
        var stored = await _store.WriteAsync("files/file_1", new MemoryStream([1]), 1, Cancellation);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _store.CopyAsync(stored.Key, "../order", Cancellation));
    }

    [Fact]
    public async Task Folders_are_listed_with_the_time_of_the_newest_thing_in_them()
    {
        var first = await _store.WriteAsync("inputs/a", new MemoryStream([1]), 1, Cancellation);
        var second = await _store.WriteAsync("inputs/b/1", new MemoryStream([1]), 1, Cancellation);
        await _store.WriteAsync("files/c", new MemoryStream([1]), 1, Cancellation);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        SetAll("inputs", old);
        File.SetLastWriteTimeUtc(PathOf(second.Key), old.AddDays(2));

        var listed = await _store.ListFoldersAsync("inputs", Cancellation).OrderBy(folder => folder.Folder).ToListAsync(Cancellation);

        Assert.Equal([new AssetFolder("inputs/a", old), new AssetFolder("inputs/b", old.AddDays(2))], listed);

        // A file that is still being written keeps its folder young.
        await File.WriteAllBytesAsync(PathOf(first.Key) + ".part", [1], Cancellation);
        Directory.SetLastWriteTimeUtc(PathOf("inputs/a"), old);
        Assert.True((await _store.ListFoldersAsync("inputs", Cancellation).SingleAsync(folder => folder.Folder == "inputs/a", Cancellation)).ChangedAt > old.AddYears(1));
    }

    [Fact]
    public async Task A_parent_that_is_not_there_has_no_folders_and_one_outside_the_store_is_our_mistake()
    {
        Assert.Empty(await _store.ListFoldersAsync("inputs", Cancellation).ToListAsync(Cancellation));
        Assert.ThrowsAny<ArgumentException>(() => _store.ListFoldersAsync("..", Cancellation));
    }

    private string PathOf(string key) => _folder.File(Path.Combine("assets", key));

    private void SetAll(string folder, DateTime time)
    {
        foreach (var entry in new DirectoryInfo(PathOf(folder)).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)) entry.LastWriteTimeUtc = time;
    }
}
