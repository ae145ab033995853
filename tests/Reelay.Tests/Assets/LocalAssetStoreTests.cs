using Reelay.Server.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>The local folder: what every store promises, and what files on a disk have of their own.</summary>
public sealed class LocalAssetStoreTests : AssetStoreContract
{
    private readonly TemporaryFolder _folder = new();

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_name_that_is_taken_is_an_error_and_leaves_the_first_file_alone()
    {
        var store = await OpenStoreAsync(span => span.Fill(0xA5));
        var first = await store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);

        await Assert.ThrowsAnyAsync<IOException>(() => store.WriteAsync("task_01/2", new MemoryStream([2]), 10, Cancellation));

        await using var reader = await store.OpenAsync(first.Key, Cancellation);
        Assert.Equal(1, reader!.LengthBytes);
        Assert.Single(_folder.Files());
    }

    [Fact]
    public async Task Unfinished_files_are_invisible_while_written()
    {
        var seen = Array.Empty<string>();
        var source = new TrickleStream(Bytes(400_000))
        {
            OnRead = count => seen = count > 200_000 && seen.Length == 0 ? _folder.Files() : seen,
        };

        var stored = await Store.WriteAsync("task_01/1", source, 1_000_000, Cancellation);

        Assert.EndsWith(".part", Assert.Single(seen), StringComparison.Ordinal);
        Assert.Equal(Path.Combine("assets", stored.Key), Assert.Single(_folder.Files()));
    }

    [Fact]
    public async Task A_full_disk_is_an_IOException()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no full device here");
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        await Assert.ThrowsAnyAsync<IOException>(() => HashingCopy.RunAsync(new MemoryStream(Bytes(10)), full, 100, Cancellation));
    }

    [Fact]
    public async Task Files_and_folders_belong_to_the_owner_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);

        var file = _folder.File(Path.Combine("assets", stored.Key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(owner, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal(owner, File.GetUnixFileMode(_folder.File("assets")));
    }

    [Fact]
    public async Task An_open_reader_goes_on_when_the_file_is_deleted()
    {
        var stored = await Store.WriteAsync("task_01/1", new MemoryStream([1, 2, 3]), 10, Cancellation);
        await using var reader = await Store.OpenAsync(stored.Key, Cancellation);

        await Store.DeleteAsync(stored.Key, Cancellation);

        Assert.Null(await Store.OpenAsync(stored.Key, Cancellation));
        var buffer = new byte[10];
        Assert.Equal(2, await reader!.ReadAsync(buffer, 1, Cancellation));
        Assert.Equal(0, await reader.ReadAsync(buffer, 3, Cancellation));
    }

    [Fact]
    public async Task Deleting_a_folder_takes_leftovers_of_unfinished_files()
    {
        var first = await Store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);
        await Store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);
        var neighbour = await Store.WriteAsync("task_010/1", new MemoryStream([1]), 10, Cancellation);
        await File.WriteAllBytesAsync(_folder.File(Path.Combine("assets", first.Key + ".part")), [1], Cancellation);

        await Store.DeleteFolderAsync("task_01", Cancellation);

        Assert.Equal(Path.Combine("assets", neighbour.Key), Assert.Single(_folder.Files()));
    }

    [Fact]
    public async Task A_copy_is_as_young_as_its_making_and_closed_to_others()
    {
        var original = await Store.WriteAsync("files/file_1", new MemoryStream([1]), 1, Cancellation);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(PathOf(original.Key), old);

        var copy = await Store.CopyAsync(original.Key, "inputs/order", Cancellation);

        Assert.True(File.GetLastWriteTimeUtc(PathOf(copy!.Key)) > old.AddYears(1));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(copy.Key)));
    }

    [Fact]
    public async Task Folders_are_listed_with_the_time_of_the_newest_thing_in_them()
    {
        var first = await Store.WriteAsync("inputs/a", new MemoryStream([1]), 1, Cancellation);
        var second = await Store.WriteAsync("inputs/b/1", new MemoryStream([1]), 1, Cancellation);
        await Store.WriteAsync("files/c", new MemoryStream([1]), 1, Cancellation);
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        SetAll("inputs", old);
        File.SetLastWriteTimeUtc(PathOf(second.Key), old.AddDays(2));

        var listed = await Store.ListFoldersAsync("inputs", Cancellation).OrderBy(folder => folder.Folder).ToListAsync(Cancellation);

        Assert.Equal([new AssetFolder("inputs/a", old), new AssetFolder("inputs/b", old.AddDays(2))], listed);

        // A file that is still being written keeps its folder young.
        await File.WriteAllBytesAsync(PathOf(first.Key) + ".part", [1], Cancellation);
        Directory.SetLastWriteTimeUtc(PathOf("inputs/a"), old);
        Assert.True((await Store.ListFoldersAsync("inputs", Cancellation).SingleAsync(folder => folder.Folder == "inputs/a", Cancellation)).ChangedAt > old.AddYears(1));
    }

    internal override ValueTask<IAssetStore> OpenStoreAsync(Action<Span<byte>> fillRandom) => new(new LocalAssetStore(_folder.File("assets"), fillRandom));

    protected override Task<string[]> LeftAsync() =>
        Task.FromResult(_folder.Files().Select(file => Path.GetRelativePath("assets", file).Replace('\\', '/')).ToArray());

    private string PathOf(string key) => _folder.File(Path.Combine("assets", key));

    private void SetAll(string folder, DateTime time)
    {
        foreach (var entry in new DirectoryInfo(PathOf(folder)).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)) entry.LastWriteTimeUtc = time;
    }
}
