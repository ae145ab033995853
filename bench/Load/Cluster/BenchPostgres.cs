using Npgsql;

namespace Reelay.Load.Cluster;

/// <summary>A PostgreSQL of Debian's packages for one benchmark: durable as it comes, in the run's folder, stopped at its end.</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    /// <summary>What differs from its defaults. <c>fsync</c>, <c>synchronous_commit</c> and <c>full_page_writes</c> are on, as they come.</summary>
    private const string Settings =
        "-c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=512MB -c max_wal_size=4GB -c checkpoint_timeout=15min";

    private readonly string _folder;
    private readonly int _port = Workplace.FreePort();
    private int _databases;

    private BenchPostgres(string folder) => _folder = folder;

    private static string Bin =>
        Directory.Exists("/usr/lib/postgresql") && Directory.GetDirectories("/usr/lib/postgresql").Order().Select(folder => folder + "/bin")
            .LastOrDefault(bin => File.Exists(bin + "/initdb")) is { } found
            ? found : throw new InvalidOperationException("PostgreSQL is not installed (Debian: postgresql-15).");

    /// <summary>Processor time of all its processes so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            var main = int.Parse(File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First());

            // Those that have ended are counted at their parent.
            var ticks = Ticks(main, withEnded: true);
            foreach (var id in File.ReadAllText($"/proc/{main}/task/{main}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)) ticks += Ticks(int.Parse(id), withEnded: false);
            return TimeSpan.FromSeconds(ticks / 100.0);
        }
    }

    /// <summary>Starts one.</summary>
    public static async Task<BenchPostgres> StartAsync(Workplace workplace)
    {
        var postgres = new BenchPostgres(workplace.NewFolder("postgres"));
        if (Environment.UserName == "root") Tool.Run("chown", ["postgres", postgres._folder]);
        AsPostgres($"{Bin}/initdb", "-D", $"{postgres._folder}/data", "-A", "trust", "--no-locale", "-E", "UTF8", "-U", "postgres");
        AsPostgres(
            $"{Bin}/pg_ctl", "-D", $"{postgres._folder}/data", "-w", "-l", $"{postgres._folder}/log", "-o",
            $"-p {postgres._port} -c unix_socket_directories={postgres._folder} {Settings}", "start");
        await using var connection = await postgres.OpenAsync("postgres");
        await using var version = new NpgsqlCommand("SELECT version()", connection);
        Console.WriteLine(await version.ExecuteScalarAsync());
        return postgres;
    }

    /// <summary>Makes a database.</summary>
    /// <param name="template">The one it is a copy of; nobody may be connected to it.</param>
    /// <returns>Its name.</returns>
    public async Task<string> NewDatabaseAsync(string template = "template1")
    {
        var name = $"bench_{++_databases}";
        await using var connection = await OpenAsync("postgres");
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await command.ExecuteNonQueryAsync();
        return name;
    }

    /// <summary>Settings of a node on a database.</summary>
    public Dictionary<string, string> Node(string database) => new()
    {
        ["ConnectionStrings__Reelay"] = Connection(database),
        ["REELAY_MASTER_KEY"] = new string('b', 64),
    };

    /// <summary>One value.</summary>
    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Runs pgbench against a database.</summary>
    public string RunPgbench(string database, params string[] arguments) =>
        Tool.Run($"{Bin}/pgbench", ["-h", "127.0.0.1", "-p", _port.ToString(), "-U", "postgres", "-n", .. arguments, database]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        AsPostgres($"{Bin}/pg_ctl", "-D", $"{_folder}/data", "-m", "fast", "-w", "stop");
        return ValueTask.CompletedTask;
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database}";

    private async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(Connection(database) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    // It refuses to run as root.
    private static void AsPostgres(params string[] command)
    {
        string[] all = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command;
        Tool.Run("/bin/sh", ["-c", "cd / && exec \"$0\" \"$@\" > /dev/null", .. all]);
    }

    // utime, stime and those of children that were waited for; the name before them is in brackets.
    private static long Ticks(int process, bool withEnded)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[11..(withEnded ? 15 : 13)].Sum(long.Parse);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
