using Reelay.Server.Storage;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>What outlives a process: the database, the files, the folder of keys, and the machine's clock.</summary>
internal sealed class Disk : IDisposable
{
    private static int _databases;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4);

    private readonly SqliteDatabase _keeper;
    private readonly RunState _run;
    private readonly StrandTime _time;
    private SqliteDatabase? _shared;
    private SqliteTaskStore? _tasks;

    /// <summary>An empty disk.</summary>
    public Disk(RunState run)
    {
        (_run, _time) = (run, new StrandTime(run.Scheduler, run.Scheduler.NewStrand("database")));
        DatabaseName = $"simulation-{++_databases}";
        _keeper = SqliteDatabase.InMemory(DatabaseName);
        Folder = new DataFolder(Directory.CreateTempSubdirectory("reelay-simulation-").FullName);
        Assets = new MemoryAssets(() => run.Happens(run.Scenario.DiskFull));
    }

    /// <summary>Names the database within this process; it lives as long as somebody has it open.</summary>
    public string DatabaseName { get; }

    /// <summary>A connection of its own, for audits.</summary>
    public SqliteDatabase Database => _keeper;

    public DataFolder Folder { get; }

    public MemoryAssets Assets { get; }

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>The database server of several nodes: one connection, and a clock of its own that nobody sets.</summary>
    public (SqliteTaskStore Tasks, WatchedLeases Leases) Serve()
    {
        _shared ??= SqliteDatabase.InMemory(DatabaseName);
        _tasks ??= new SqliteTaskStore(_shared, _time);
        return (_tasks, new WatchedLeases(new SqliteLeaseStore(_shared, _time, LeaseTime), _run));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tasks?.Dispose();
        _shared?.Dispose();
        _keeper.Dispose();
        Folder.Dispose();
        Directory.Delete(Folder.Root, recursive: true);
    }
}
