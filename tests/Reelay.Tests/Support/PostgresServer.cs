using System.Diagnostics;
using Npgsql;

namespace Reelay.Tests.Support;

/// <summary>
/// A PostgreSQL of Debian's packages for the tests of this run: started when the first asks, in a folder of its own and on a port of its own,
/// and stopped with the process. Each test gets a database of its own, copied from one that has the schema.
/// </summary>
internal sealed class PostgresServer
{
    private static readonly Lazy<PostgresServer> Started = new(() => new PostgresServer());
    private static int _databases;

    private readonly string _folder = NewFolder();
    private readonly int _port = ServerProcess.FreePort();

    private PostgresServer()
    {
        var bin = Bin ?? throw new InvalidOperationException("PostgreSQL is not installed; `make install-test` installs postgresql-15.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(bin);
        Run("chown", "postgres", _folder);
        AsPostgres($"{bin}/initdb", "-D", $"{_folder}/data", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync", "-U", "postgres");

        // Many tests at once need many connections. Nobody pulls the plug of this machine: what a killed server wrote, the kernel keeps.
        AsPostgres(
            $"{bin}/pg_ctl", "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o",
            $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=400 -c shared_buffers=64MB -c fsync=off -c full_page_writes=off -c autovacuum=off", "start");
        Execute("CREATE DATABASE template_reelay");
        using var database = new Server.Storage.PostgresDatabase(Connection("template_reelay"), new());
        database.Migrate("0.1.0", TimeProvider.System);
    }

    /// <summary>The one of this run.</summary>
    public static PostgresServer Instance => Started.Value;

    /// <summary>Where its programs are, or null. Debian keeps each major version in a folder of its own.</summary>
    public static string? Bin => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").FirstOrDefault(bin => File.Exists($"{bin}/initdb")) : null;

    /// <summary>A connection string of a new database with the schema.</summary>
    public string NewDatabase() => NewDatabase(" TEMPLATE template_reelay");

    /// <summary>A connection string of a new database without anything.</summary>
    public string NewEmptyDatabase() => NewDatabase("");

    // Files that are copied cost half of what pages do that go through the log.
    private string NewDatabase(string template)
    {
        var name = $"reelay_{Interlocked.Increment(ref _databases)}";
        lock (Started) Execute($"CREATE DATABASE {name}{template} STRATEGY FILE_COPY");
        return Connection(name);
    }

    // On a connection that the driver keeps: a new one costs PostgreSQL more than most tests do.
    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(Connection("postgres"));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    // Hundreds of databases of hundreds of files: in memory where there is room, since nobody needs them afterwards.
    private static string NewFolder()
    {
        const string Memory = "/dev/shm";
        var isInMemory = Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > 12L << 30;
        return isInMemory ? Directory.CreateDirectory(Path.Combine(Memory, "reelay-postgres-" + Server.Tasks.Randomness.System.Text(8))).FullName
            : Directory.CreateTempSubdirectory("reelay-postgres-").FullName;
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Include Error Detail=true";

    private void Stop(string bin)
    {
        AsPostgres($"{bin}/pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");

        // Gigabytes of small databases: nobody need wait for that.
        using var _ = Process.Start("setsid", ["rm", "-rf", _folder]);
    }

    // PostgreSQL refuses to run as root.
    private static void AsPostgres(params string[] command) =>
        Run(Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. command] : command);

    private static void Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} failed: {errors.Result}{output.Result}");
    }
}
