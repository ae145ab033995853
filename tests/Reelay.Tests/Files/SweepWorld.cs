using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Files;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>The real rows and the real files, and a clock that the test moves; no host.</summary>
internal sealed class SweepWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SweepWorld()
    {
        Database = TestStore.Open(_folder, Time);
        Assets = new LocalAssetStore(_folder.File("assets"), Randomness.System.Fill);
        Uploads = new UploadFolders(Assets, Randomness.System);
        Files = new SqlFileStore(Database, Time);
        Characters = new SqlCharacterStore(Database);
        Janitor = new FileJanitor(Files, Assets, Time, NullLogger<FileJanitor>.Instance);
        Sweep = NewSweep(new SqlNamedAssets(Database));
        Execute("INSERT INTO accounts (id, name, is_unlimited, created_at) VALUES ('acct_test', 'test', 1, 1), ('acct_other', 'other', 1, 1)");
    }

    public ManualTimeProvider Time { get; } = new();

    public Database Database { get; }

    public LocalAssetStore Assets { get; }

    public UploadFolders Uploads { get; }

    public SqlFileStore Files { get; }

    public SqlCharacterStore Characters { get; }

    public FileJanitor Janitor { get; }

    public OrphanSweep Sweep { get; }

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public OrphanSweep NewSweep(INamedAssets rows) => new(Assets, Uploads, rows, Time, NullLogger<OrphanSweep>.Instance);

    public Task<int> SweepAsync() => Sweep.SweepAsync(Cancellation);

    /// <summary>Stores a file and makes it, with its folder, as old as asked.</summary>
    public async Task<string> StoreAsync(string folder, double daysOld = 2)
    {
        var stored = await Assets.WriteAsync(folder, new MemoryStream([1, 2, 3]), 3, Cancellation);
        Age(folder, daysOld);
        return stored.Key;
    }

    public void Age(string folder, double daysOld)
    {
        var time = Time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(daysOld);
        var path = PathOf(folder);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)) entry.LastWriteTimeUtc = time;
        Directory.SetLastWriteTimeUtc(path, time);
    }

    public bool IsThere(string key) => Path.Exists(PathOf(key));

    public string PathOf(string key) => _folder.File(Path.Combine("assets", key));

    public void Execute(string sql, params (string Name, object? Value)[] values) =>
        Database.Write((connection, transaction) => connection.Execute(sql, transaction, values));

    /// <summary>A task whose order names a key, as the task store writes it.</summary>
    public string AddTask(string? key, string? inputKey = null)
    {
        var id = Rows.Id();
        var order = Rows.Order() with
        {
            Media = key is null ? [] : [new OrderMedia(Reelay.Providers.MediaRole.FirstFrame, key, "image/png", 3, new string('a', 64))],
        };
        Execute(
            """
            INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, price_micros, created_at)
            VALUES (@id, 1, 1, 'acct_test', 'key_test', 'sora-2', @order, 'http://gateway.test', 'accepted', 0, 1)
            """,
            ("@id", id), ("@order", OrderJson.SerializeToString(order)));
        if (inputKey is not null)
        {
            Execute(
                "INSERT INTO task_inputs (task_id, position, key, content_type, size_bytes, sha256, created_at) VALUES (@id, 0, @key, 'image/png', 3, 'a', 1)",
                ("@id", id), ("@key", inputKey));
        }

        return id;
    }

    public StoredFile File(string key, string account = "acct_test", string? id = null, long? expiresAt = null) => new()
    {
        Id = id ?? "file_" + Rows.Id()[5..],
        AccountId = account,
        FileName = "a.png",
        Purpose = "vision",
        Key = key,
        ContentType = "image/png",
        SizeBytes = 3,
        Sha256 = new string('a', 64),
        CreatedAt = Now,
        ExpiresAt = expiresAt,
    };

    public void Dispose()
    {
        Database.Dispose();
        _folder.Dispose();
    }
}
