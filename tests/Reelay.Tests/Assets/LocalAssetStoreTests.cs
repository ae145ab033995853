using System.Security.Cryptography;
using Reelay.Server.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class LocalAssetStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalAssetStore _store;

    public LocalAssetStoreTests() => _store = new LocalAssetStore(_folder.File("assets"), RandomNumberGenerator.Fill);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(131_072)]
    [InlineData(1_000_003)]
    public async Task Written_bytes_are_read_back_with_their_hash_size_and_head(int size)
    {
        var bytes = Bytes(size);

        var stored = await _store.WriteAsync("task_01/1", new TrickleStream(bytes), size, Cancellation);

        Assert.Equal(size, stored.SizeBytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Sha256);
        Assert.Equal(bytes[..Math.Min(64, size)], stored.Head.ToArray());
        Assert.Equal(bytes, await ReadAllAsync(stored.Key));
    }

    [Fact]
    public async Task Key_is_the_folder_and_a_random_name()
    {
        var store = new LocalAssetStore(_folder.File("other"), span => span.Fill(0xA5));

        var stored = await store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);

        Assert.Equal("task_01/2/" + string.Concat(Enumerable.Repeat("a5", 16)), stored.Key);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_an_error_and_leaves_the_first_file_alone()
    {
        var store = new LocalAssetStore(_folder.File("other"), span => span.Fill(0xA5));
        var first = await store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);

        await Assert.ThrowsAnyAsync<IOException>(() => store.WriteAsync("task_01/2", new MemoryStream([2]), 10, Cancellation));

        await using var reader = await store.OpenAsync(first.Key, Cancellation);
        Assert.Equal(1, reader!.LengthBytes);
        Assert.Single(_folder.Files());
    }

    [Fact]
    public async Task Content_above_its_bound_is_refused_and_nothing_is_kept()
    {
        var thrown = await Assert.ThrowsAsync<AssetTooLargeException>(
            () => _store.WriteAsync("task_01/1", new MemoryStream(Bytes(300_001)), 300_000, Cancellation));

        Assert.Equal(300_000, thrown.MaxBytes);
        Assert.Empty(_folder.Files());
    }

    [Fact]
    public async Task A_source_that_breaks_leaves_nothing()
    {
        var source = new TrickleStream(Bytes(400_000)) { FailAt = 200_000 };

        await Assert.ThrowsAsync<IOException>(() => _store.WriteAsync("task_01/1", source, 1_000_000, Cancellation));

        Assert.Empty(_folder.Files());
    }

    [Fact]
    public async Task Cancellation_in_the_middle_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new TrickleStream(Bytes(400_000)) { OnRead = count => { if (count > 200_000) cancellation.Cancel(); } };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _store.WriteAsync("task_01/1", source, 1_000_000, cancellation.Token));

        Assert.Empty(_folder.Files());
    }

    [Fact]
    public async Task Unfinished_files_are_invisible_while_written()
    {
        var seen = Array.Empty<string>();
        var source = new TrickleStream(Bytes(400_000))
        {
            OnRead = count => seen = count > 200_000 && seen.Length == 0 ? _folder.Files() : seen,
        };

        var stored = await _store.WriteAsync("task_01/1", source, 1_000_000, Cancellation);

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
        var stored = await _store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);

        var file = _folder.File(Path.Combine("assets", stored.Key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(owner, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal(owner, File.GetUnixFileMode(_folder.File("assets")));
    }

    [Fact]
    public async Task Unknown_keys_open_as_null_and_delete_quietly()
    {
        Assert.Null(await _store.OpenAsync("task_01/1/none", Cancellation));
        await _store.DeleteAsync("task_01/1/none", Cancellation);
        await _store.DeleteFolderAsync("task_01/1", Cancellation);

        await _store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);
        Assert.Null(await _store.OpenAsync("task_01/1", Cancellation));
        await _store.DeleteAsync("task_01/1", Cancellation);
        Assert.Single(_folder.Files());
    }

    [Fact]
    public async Task A_deleted_file_is_gone_but_an_open_reader_goes_on()
    {
        var stored = await _store.WriteAsync("task_01/1", new MemoryStream([1, 2, 3]), 10, Cancellation);
        await using var reader = await _store.OpenAsync(stored.Key, Cancellation);

        await _store.DeleteAsync(stored.Key, Cancellation);

        Assert.Null(await _store.OpenAsync(stored.Key, Cancellation));
        var buffer = new byte[10];
        Assert.Equal(2, await reader!.ReadAsync(buffer, 1, Cancellation));
        Assert.Equal(0, await reader.ReadAsync(buffer, 3, Cancellation));
    }

    [Fact]
    public async Task Deleting_a_folder_takes_finished_files_leftovers_and_subfolders_but_not_its_neighbour()
    {
        var first = await _store.WriteAsync("task_01/1", new MemoryStream([1]), 10, Cancellation);
        await _store.WriteAsync("task_01/2", new MemoryStream([1]), 10, Cancellation);
        var neighbour = await _store.WriteAsync("task_010/1", new MemoryStream([1]), 10, Cancellation);
        await File.WriteAllBytesAsync(_folder.File(Path.Combine("assets", first.Key + ".part")), [1], Cancellation);

        await _store.DeleteFolderAsync("task_01", Cancellation);

        Assert.Equal(Path.Combine("assets", neighbour.Key), Assert.Single(_folder.Files()));
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
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _store.WriteAsync(path, new MemoryStream([1]), 10, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _store.DeleteFolderAsync(path, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await _store.OpenAsync(path, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _store.DeleteAsync(path, Cancellation));
        Assert.Empty(_folder.Files());
    }

    [Fact]
    public async Task Many_writers_into_one_folder_do_not_disturb_each_other()
    {
        var stored = await Task.WhenAll(
            Enumerable.Range(1, 32).Select(i => new TrickleStream(Bytes(i * 1_000)))
                .Select(source => _store.WriteAsync("task_01/1", source, 100_000, Cancellation)));

        Assert.Equal(32, stored.Select(asset => asset.Key).Distinct().Count());
        foreach (var asset in stored) Assert.Equal(asset.SizeBytes, (await ReadAllAsync(asset.Key)).Length);
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private async Task<byte[]> ReadAllAsync(string key)
    {
        await using var reader = await _store.OpenAsync(key, Cancellation);
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
