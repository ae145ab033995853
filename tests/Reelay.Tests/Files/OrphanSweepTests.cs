using Reelay.Server.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>What the sweep removes, and above all what it leaves alone.</summary>
public sealed class OrphanSweepTests : IDisposable
{
    private readonly SweepWorld _world = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Old_folders_that_no_row_names_go_with_everything_in_them()
    {
        string[] orphans = [await _world.StoreAsync("inputs/a"), await _world.StoreAsync("files/file_b"), await _world.StoreAsync("characters/char_c")];
        await File.WriteAllBytesAsync(_world.PathOf("inputs/a") + "/half.part", [1], Cancellation);
        _world.Age("inputs/a", daysOld: 2);
        Directory.CreateDirectory(_world.PathOf("inputs/empty"));
        _world.Age("inputs/empty", daysOld: 2);
        var result = await _world.StoreAsync("task_01/1");

        Assert.Equal(4, await _world.SweepAsync());

        Assert.All(orphans, key => Assert.False(_world.IsThere(key[..key.LastIndexOf('/')])));
        Assert.False(_world.IsThere("inputs/empty"));
        Assert.True(_world.IsThere(result));
        Assert.Equal(0, await _world.SweepAsync());
    }

    [Fact]
    public async Task A_folder_stays_for_a_day_after_anything_in_it_changed()
    {
        var young = await _world.StoreAsync("inputs/young", daysOld: 0.99);
        var written = await _world.StoreAsync("inputs/written");
        File.SetLastWriteTimeUtc(_world.PathOf(written), _world.Time.GetUtcNow().UtcDateTime);
        var ahead = await _world.StoreAsync("inputs/ahead", daysOld: -5);

        Assert.Equal(0, await _world.SweepAsync());
        _world.Time.Advance(TimeSpan.FromDays(0.5));
        Assert.Equal(1, await _world.SweepAsync());
        Assert.Equal((false, true, true), (_world.IsThere(young), _world.IsThere(written), _world.IsThere(ahead)));
    }

    [Fact]
    public async Task What_a_row_names_stays_whichever_row_it_is()
    {
        var ordered = await _world.StoreAsync("inputs/ordered");
        var fetched = await _world.StoreAsync("inputs/fetched");
        var deeper = await _world.StoreAsync("inputs/deeper/1");
        var uploaded = await _world.StoreAsync("files/file_a");
        var deleted = await _world.StoreAsync("files/file_b");
        var character = await _world.StoreAsync("characters/char_a");
        _world.AddTask(ordered);
        _world.AddTask(deeper, inputKey: fetched);
        await _world.Files.InsertAsync(_world.File(uploaded), Cancellation);
        var gone = _world.File(deleted);
        await _world.Files.InsertAsync(gone, Cancellation);
        await _world.Files.DeleteAsync(gone.AccountId, gone.Id, Cancellation);
        await _world.Characters.InsertAsync(Character(character), Cancellation);

        // A file beside the named one was part of the same request and goes with it.
        var beside = await _world.StoreAsync("inputs/ordered");

        Assert.Equal(0, await _world.SweepAsync());
        Assert.All([ordered, fetched, deeper, uploaded, deleted, character, beside], key => Assert.True(_world.IsThere(key)));
    }

    [Fact]
    public async Task Once_a_tasks_files_were_removed_its_row_keeps_nothing()
    {
        var first = await _world.StoreAsync("inputs/first");
        var second = await _world.StoreAsync("inputs/second");
        var id = _world.AddTask(first, inputKey: second);
        _world.Execute("UPDATE tasks SET phase = 'failed', error_code = 'x', finished_at = 1, deleted_at = 1 WHERE id = @id", ("@id", id));
        Assert.Equal(0, await _world.SweepAsync());

        _world.Execute("UPDATE tasks SET discarded_at = 2 WHERE id = @id", ("@id", id));
        Assert.Equal(2, await _world.SweepAsync());
    }

    [Fact]
    public async Task Rows_beyond_the_first_page_count_too()
    {
        // More rows than a page of each table has; the last ones are the ones that matter.
        _world.Execute(
            """
            CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 510) SELECT i FROM n;
            INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, price_micros, created_at)
                SELECT 'task_000000000000000000000' || (10000 + i), 1, 1, 'acct_test', 'key_test', 'sora-2', '{}', 'http://gateway.test', 'accepted', 0, 1 FROM numbers;
            INSERT INTO files (id, account_id, file_name, purpose, key, content_type, size_bytes, sha256, created_at)
                SELECT 'file_000000000000000000000' || (10000 + i), 'acct_test', 'a', 'vision', 'files/none/' || i, 'image/png', 3, 'a', 1 FROM numbers;
            INSERT INTO characters (id, account_id, name, key, content_type, size_bytes, sha256, created_at)
                SELECT 'char_000000000000000000000' || (10000 + i), 'acct_test', 'a', 'characters/none/' || i, 'video/mp4', 3, 'a', 1 FROM numbers;
            """);
        var ordered = await _world.StoreAsync("inputs/ordered");
        var uploaded = await _world.StoreAsync("files/uploaded");
        var character = await _world.StoreAsync("characters/character");
        var orphan = await _world.StoreAsync("inputs/orphan");
        _world.AddTask(ordered);
        await _world.Files.InsertAsync(_world.File(uploaded), Cancellation);
        await _world.Characters.InsertAsync(Character(character), Cancellation);

        Assert.Equal(1, await _world.SweepAsync());
        Assert.All([ordered, uploaded, character], key => Assert.True(_world.IsThere(key)));
        Assert.False(_world.IsThere(orphan));
    }

    [Fact]
    public async Task A_request_that_has_not_ended_keeps_its_folder_however_old_it_is()
    {
        var request = _world.Uploads.Begin("inputs");
        var stored = await request.SaveAsync(new MemoryStream([1]), 1, Cancellation);
        var folder = stored.Key[..stored.Key.LastIndexOf('/')];
        _world.Age(folder, daysOld: 30);
        Assert.Equal(0, await _world.SweepAsync());
        Assert.True(_world.IsThere(stored.Key));

        // It ends with its row unwritten, and nobody can tell: the files stay until the sweep.
        request.Keep();
        await request.DisposeAsync();
        Assert.True(_world.IsThere(stored.Key));
        Assert.Equal(1, await _world.SweepAsync());
        Assert.False(_world.IsThere(folder));
    }

    [Fact]
    public async Task A_request_whose_row_is_committed_while_the_sweep_looks_keeps_its_files()
    {
        var request = _world.Uploads.Begin("inputs");
        var stored = await request.SaveAsync(new MemoryStream([1]), 1, Cancellation);
        _world.Age(stored.Key[..stored.Key.LastIndexOf('/')], daysOld: 30);
        var another = await _world.StoreAsync("inputs/another");
        var orphan = await _world.StoreAsync("inputs/orphan");
        request.Keep();

        // The folders have been listed when the rows are asked for; in this moment two requests end.
        var sweep = _world.NewSweep(new InterruptedRows(new SqlNamedAssets(_world.Database), async () =>
        {
            _world.AddTask(stored.Key);
            _world.AddTask(another);
            await request.DisposeAsync();
        }));
        Assert.Equal(1, await sweep.SweepAsync(Cancellation));
        Assert.Equal((true, true, false), (_world.IsThere(stored.Key), _world.IsThere(another), _world.IsThere(orphan)));
        Assert.Equal(0, await _world.SweepAsync());
    }

    [Fact]
    public async Task A_refused_requests_folder_goes_at_once_and_one_without_files_never_is()
    {
        await using (_world.Uploads.Begin("inputs"))
        {
            Assert.False(_world.IsThere("inputs"));
        }

        string key;
        await using (var refused = _world.Uploads.Begin("files", "file_1"))
        {
            key = (await refused.SaveAsync(new MemoryStream([1]), 1, Cancellation)).Key;
            Assert.StartsWith("files/file_1/", key);
            Assert.True(_world.Uploads.IsOpen("files/file_1"));
            Assert.True(_world.IsThere(key));
        }

        Assert.Equal((false, false), (_world.Uploads.IsOpen("files/file_1"), _world.IsThere("files/file_1")));
    }

    [Fact]
    public async Task It_looks_at_the_start_and_every_day_and_a_failure_does_not_end_it()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var rows = new InterruptedRows(new SqlNamedAssets(_world.Database), () => throw new IOException("The disk is away."));
        await _world.StoreAsync("inputs/first");
        var running = _world.NewSweep(rows).RunAsync(stop.Token);
        while (_world.Time.WaitingTimers == 0) await GatewayHost.PauseAsync();
        Assert.True(_world.IsThere("inputs/first"));

        _world.Time.Advance(TimeSpan.FromDays(1));
        while (_world.IsThere("inputs/first")) await GatewayHost.PauseAsync();
        while (_world.Time.WaitingTimers == 0) await GatewayHost.PauseAsync();
        await _world.StoreAsync("inputs/second");
        _world.Time.Advance(TimeSpan.FromHours(23));
        Assert.True(_world.IsThere("inputs/second"));
        _world.Time.Advance(TimeSpan.FromHours(1));
        while (_world.IsThere("inputs/second")) await GatewayHost.PauseAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private StoredCharacter Character(string key) => new()
    {
        Id = "char_" + Rows.Id()[5..],
        AccountId = "acct_test",
        Name = "Ada",
        Key = key,
        ContentType = "video/mp4",
        SizeBytes = 3,
        Sha256 = new string('a', 64),
        CreatedAt = _world.Now,
    };

    // Something happens once, before the rows are read.
    private sealed class InterruptedRows(INamedAssets rows, Func<Task> interrupt) : INamedAssets
    {
        private bool _isDone;

        public async IAsyncEnumerable<string> ListKeysAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!_isDone)
            {
                _isDone = true;
                await interrupt();
            }

            await foreach (var key in rows.ListKeysAsync(cancellationToken)) yield return key;
        }
    }
}
