using Microsoft.Data.Sqlite;
using Reelay.Server.Files;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>Rows of files and characters, and who removes the bytes when.</summary>
public sealed class FileStoreTests : IDisposable
{
    private readonly SweepWorld _world = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_row_is_read_as_it_was_written_and_by_its_account_alone()
    {
        var file = _world.File("files/a/1", expiresAt: _world.Now + 10);
        await _world.Files.InsertAsync(file, Cancellation);
        Assert.Equal(file, await _world.Files.FindAsync("acct_test", file.Id, Cancellation));
        Assert.Null(await _world.Files.FindAsync("acct_other", file.Id, Cancellation));
        Assert.False(await _world.Files.DeleteAsync("acct_other", file.Id, Cancellation));
        Assert.Empty(await _world.Files.ListAsync(new FileListQuery { AccountId = "acct_other", Limit = 10 }, Cancellation));
        Assert.True(await _world.Files.DeleteAsync("acct_test", file.Id, Cancellation));
        Assert.False(await _world.Files.DeleteAsync("acct_test", file.Id, Cancellation));
        Assert.Null(await _world.Files.FindAsync("acct_test", file.Id, Cancellation));
    }

    [Fact]
    public async Task A_file_is_there_until_the_moment_it_expires_and_its_bytes_a_little_longer()
    {
        var key = await _world.StoreAsync("files/file_a");
        var file = _world.File(key, expiresAt: _world.Now + 3_600_000);
        await _world.Files.InsertAsync(file, Cancellation);
        _world.Time.Advance(TimeSpan.FromMilliseconds(3_599_999));
        Assert.NotNull(await _world.Files.FindAsync("acct_test", file.Id, Cancellation));
        Assert.False(await _world.Janitor.CleanAsync(Cancellation));
        Assert.True(_world.IsThere(key));

        _world.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _world.Files.FindAsync("acct_test", file.Id, Cancellation));
        await _world.Janitor.CleanAsync(Cancellation);
        Assert.False(_world.IsThere("files/file_a"));
        Assert.Empty(await _world.Files.ListExpiredAsync(10, Cancellation));
    }

    [Fact]
    public async Task Deleted_files_go_page_by_page_and_the_others_stay()
    {
        var kept = _world.File(await _world.StoreAsync("files/kept"));
        await _world.Files.InsertAsync(kept, Cancellation);
        _world.Execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 201)
            INSERT INTO files (id, account_id, file_name, purpose, key, content_type, size_bytes, sha256, created_at, deleted_at)
                SELECT 'file_000000000000000000000' || (10000 + i), 'acct_test', 'a', 'vision', 'files/f' || i || '/x', 'image/png', 3, 'a', 1, 2 FROM n
            """);

        Assert.True(await _world.Janitor.CleanAsync(Cancellation));
        Assert.Single(await _world.Files.ListDeletedAsync(1000, Cancellation));
        Assert.False(await _world.Janitor.CleanAsync(Cancellation));
        Assert.Empty(await _world.Files.ListDeletedAsync(1000, Cancellation));
        Assert.True(_world.IsThere(kept.Key));
        Assert.NotNull(await _world.Files.FindAsync("acct_test", kept.Id, Cancellation));
    }

    [Fact]
    public async Task Deleted_rows_are_looked_for_only_when_there_may_be_some()
    {
        await _world.Janitor.CleanAsync(Cancellation);
        var file = _world.File(await _world.StoreAsync("files/file_a"));
        await _world.Files.InsertAsync(file, Cancellation);
        await _world.Files.DeleteAsync("acct_test", file.Id, Cancellation);
        await _world.Janitor.CleanAsync(Cancellation);
        Assert.True(_world.IsThere(file.Key));
        _world.Janitor.Wake();
        await _world.Janitor.CleanAsync(Cancellation);
        Assert.False(_world.IsThere("files/file_a"));
    }

    [Fact]
    public async Task A_locked_database_is_told_from_a_mistake()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that another process has locked.");
        var file = _world.File("files/a/1");
        await _world.Files.InsertAsync(file, Cancellation);
        await Assert.ThrowsAsync<SqliteException>(() => _world.Files.InsertAsync(file, Cancellation));
        using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = ((SqliteDatabase)_world.Database).Writer.DataSource, Pooling = false }.ToString());
        other.Open();
        using var blocking = other.BeginTransaction();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _world.Files.InsertAsync(_world.File("files/b/1"), Cancellation));
    }
}
