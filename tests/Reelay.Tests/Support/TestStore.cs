using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Postgres;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Server.Webhooks;

namespace Reelay.Tests.Support;

/// <summary>
/// The database that the tests of this run use: a SQLite file in a test's folder, or with <c>REELAY_STORE=postgres</c> a database of a real
/// PostgreSQL that stands for that file. So the same tests run against both.
/// </summary>
internal static class TestStore
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Databases = new(StringComparer.Ordinal);

    // A file with the schema and nothing else: to copy it takes a tenth of what the migrations take.
    private static readonly Lazy<byte[]> EmptyFile = new(MakeEmptyFile);

    /// <summary>A master key for tests.</summary>
    public const string MasterKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /// <summary>Whether this run is the one with PostgreSQL.</summary>
    public static bool IsPostgres => Environment.GetEnvironmentVariable("REELAY_STORE") == "postgres";

    /// <summary>The connection string of the database that stands for a folder's file; made, with the schema, when it is first asked for.</summary>
    public static string ConnectionOf(string folder) =>
        Databases.GetOrAdd(Path.GetFullPath(folder), static _ => new Lazy<string>(PostgresServer.Instance.NewDatabase)).Value;

    /// <summary>What a server needs to use it, or nothing with SQLite.</summary>
    public static Dictionary<string, string?> Settings(string folder) => IsPostgres ? SettingsOf(ConnectionOf(folder)) : [];

    /// <summary>What a server needs to use a database of PostgreSQL.</summary>
    public static Dictionary<string, string?> SettingsOf(string connection) => new()
    {
        ["ConnectionStrings:Reelay"] = connection,
        ["Reelay:Postgres:MaxConnections"] = "8",

        // Made by the server only where there is one.
        ["REELAY_MASTER_KEY"] = MasterKey,
    };

    /// <summary>Opens the database of a folder, with the schema.</summary>
    public static Database Open(TemporaryFolder folder, TimeProvider? time = null, int busySeconds = 5)
    {
        if (IsPostgres) return OpenPostgres(ConnectionOf(folder.Path));
        Prepare(folder.Path);
        var database = new SqliteDatabase(folder.File("reelay.db"), busySeconds);
        SqliteMigrations.Apply(database.Writer, time ?? TimeProvider.System);
        return database;
    }

    /// <summary>Opens a database of PostgreSQL, with the schema.</summary>
    public static PostgresDatabase OpenPostgres(string connection) => new(connection, new PostgresOptions { MaxConnections = 8 });

    /// <summary>Puts a SQLite file with the schema into a folder, unless there is one. Its server, or <see cref="Open"/>, finds nothing to migrate.</summary>
    public static void Prepare(string folder)
    {
        var file = Path.Combine(folder, "reelay.db");
        if (!IsPostgres && !File.Exists(file)) File.WriteAllBytes(file, EmptyFile.Value);
    }

    /// <summary>The store of tasks over it.</summary>
    public static SqlTaskStore Tasks(Database database, TimeProvider time) => database switch
    {
        SqliteDatabase sqlite => new SqliteTaskStore(sqlite, time),
        PostgresDatabase postgres => new PostgresTaskStore(postgres, new WebhookSubscriptions(time, Randomness.System), new WebhookOptions()),
        _ => throw new ArgumentOutOfRangeException(nameof(database)),
    };

    /// <summary>Makes a node the owner of every shard, whoever had them.</summary>
    public static async Task<IReadOnlyList<OwnedShard>> ClaimAllAsync(Database database, string nodeId)
    {
        if (database is SqliteDatabase sqlite)
            return (await new SqliteLeaseStore(sqlite, TimeProvider.System).JoinAsync(new NodeReport(nodeId, "1.0.0", 1, false, 0, 0), default)).Owned;
        database.Write((connection, transaction) => connection.Execute(
            "SELECT id FROM shards ORDER BY id FOR UPDATE; UPDATE shards SET owner = @id, epoch = epoch + 1", transaction, ("@id", nodeId)));
        return database.Read(connection => connection.Query(row => new OwnedShard(row.GetInt32(0), row.GetInt64(1)), "SELECT id, epoch FROM shards"));
    }

    private static byte[] MakeEmptyFile()
    {
        using var folder = new TemporaryFolder();
        using (var database = new SqliteDatabase(folder.File("made.db")))
        {
            SqliteMigrations.Apply(database.Writer, TimeProvider.System);
            database.Writer.Execute($"VACUUM INTO '{folder.File("empty.db")}'");
        }

        return File.ReadAllBytes(folder.File("empty.db"));
    }

    /// <summary>A connection beside a server's own.</summary>
    public static DbConnection Connect(string folder) => IsPostgres ? Connect(ConnectionOf(folder), isPostgres: true) : Connect(folder, isPostgres: false);

    /// <summary>The same by the name of a database of PostgreSQL, or the folder of a file.</summary>
    public static DbConnection Connect(string place, bool isPostgres)
    {
        DbConnection connection = isPostgres
            ? new NpgsqlConnection(place + ";Maximum Pool Size=10;No Reset On Close=true;Connection Idle Lifetime=3;Connection Pruning Interval=1")
            : new SqliteConnection($"Data Source={Path.Combine(place, "reelay.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
