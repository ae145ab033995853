using Reelay.Server.Storage;

namespace Reelay.Simulation.World;

/// <summary>What outlives a process: the database, the files, the folder of keys, and the machine's clock.</summary>
internal sealed class Disk : IDisposable
{
    private static int _databases;
    private readonly SqliteDatabase _keeper;

    /// <summary>An empty disk.</summary>
    public Disk(RunState run)
    {
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper.Dispose();
        Folder.Dispose();
        Directory.Delete(Folder.Root, recursive: true);
    }
}
