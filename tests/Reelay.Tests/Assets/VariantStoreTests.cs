using Reelay.Server.Assets.Variants;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>What is remembered of variants, and when nothing may be.</summary>
public sealed class VariantStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Database _database;
    private readonly SqlVariantStore _store;

    public VariantStoreTests()
    {
        _database = TestStore.Open(_folder, _time);
        _store = new SqlVariantStore(_database, _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_to_record_a_variant_is_the_one_that_counts()
    {
        AddTask("task_a", expiresAt: Now + 1000);
        var first = Variant("task_a", "task_a/variants/1");
        var second = Variant("task_a", "task_a/variants/2");
        Assert.Null(await FindAsync(first));
        Assert.Equal(first, await _store.RecordAsync(first, Cancellation));
        Assert.Equal(first, await _store.RecordAsync(second, Cancellation));
        Assert.Equal(first, await FindAsync(second));

        // Another kind, and another output, are others.
        var sheet = second with { Kind = VariantKind.Spritesheet };
        var next = second with { Position = 1 };
        Assert.Equal(sheet, await _store.RecordAsync(sheet, Cancellation));
        Assert.Equal(next, await _store.RecordAsync(next, Cancellation));
        Assert.Equal(first, await FindAsync(first));
    }

    [Theory]
    [InlineData("deleted_at = 5")]
    [InlineData("discarded_at = 5")]
    [InlineData("phase = 'fetching', progress = 99, finished_at = NULL")]
    public async Task Nothing_is_recorded_for_a_task_whose_files_are_not_kept(string change)
    {
        AddTask("task_a", expiresAt: Now + 1000);
        Assert.True(await _store.IsKeptAsync("task_a", Cancellation));
        _database.Write((connection, transaction) => connection.Execute("UPDATE tasks SET " + change, transaction));
        Assert.False(await _store.IsKeptAsync("task_a", Cancellation));
        Assert.Null(await _store.RecordAsync(Variant("task_a", "task_a/variants/1"), Cancellation));
        Assert.False(await _store.IsKeptAsync("task_b", Cancellation));
        Assert.Null(await _store.RecordAsync(Variant("task_b", "task_b/variants/1"), Cancellation));
    }

    [Fact]
    public async Task A_task_is_kept_until_the_moment_at_which_its_files_are_removed()
    {
        AddTask("task_a", expiresAt: Now + 1000);
        var tasks = TestStore.Tasks(_database, _time);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(await _store.IsKeptAsync("task_a", Cancellation));
        Assert.Empty(await tasks.ListDiscardableAsync(Now, 10, Cancellation));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await _store.IsKeptAsync("task_a", Cancellation));
        Assert.Equal(["task_a"], await tasks.ListDiscardableAsync(Now, 10, Cancellation));
    }

    [Fact]
    public async Task Discarding_a_task_forgets_its_variants_and_no_others()
    {
        AddTask("task_a", expiresAt: Now + 1000);
        AddTask("task_b", expiresAt: Now + 1000);
        var kept = Variant("task_b", "task_b/variants/1");
        await _store.RecordAsync(Variant("task_a", "task_a/variants/1"), Cancellation);
        await _store.RecordAsync(kept, Cancellation);
        var tasks = TestStore.Tasks(_database, _time);
        Assert.True(Assert.Single(await tasks.CommitAsync([new StoreOperation.Discard("task_a", Now)], Cancellation)).IsApplied);
        Assert.Null(await FindAsync(Variant("task_a", "")));
        Assert.Equal(kept, await FindAsync(kept));
    }

    private static AssetVariant Variant(string task, string key) =>
        new(task, 0, VariantKind.Thumbnail, key, "image/webp", 12, new string('a', 64), 7);

    private ValueTask<AssetVariant?> FindAsync(AssetVariant variant) =>
        _store.FindAsync(variant.TaskId, variant.Position, variant.Kind, Cancellation);

    private void AddTask(string id, long expiresAt)
    {
        var order = System.Text.Encoding.UTF8.GetString(Reelay.Server.Catalog.OrderJson.Serialize(Rows.Order()));
        _database.Write((connection, transaction) => connection.Execute(
            """
            INSERT INTO accounts (id, name, created_at) VALUES ('acct_test', 'test', 1) ON CONFLICT DO NOTHING;
            INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, progress, price_micros, settled_micros,
                created_at, finished_at, expires_at)
            VALUES (@id, 1, 1, 'acct_test', 'key_test', 'sora-2', @order, '', 'completed', 100, 5, 5, 1, 2, @expires)
            """,
            transaction,
            ("@id", id), ("@order", order), ("@expires", expiresAt)));
    }
}
