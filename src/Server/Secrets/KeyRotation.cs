using Reelay.Server.Routing.Sources;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>
/// Brings every secret of the database under the present master key. Runs before the first request and whenever an operator makes a new key.
/// Each row is replaced by itself, and which key the database needs is noted only when none is left under an older one: a process that dies in
/// between goes on at its next start, which needs both keys until then.
/// </summary>
internal sealed partial class KeyRotation(
    MasterKeys keys, SecretBox box, IEnumerable<ISealedRows> tables, IChannelStore store, Randomness randomness, TimeProvider time,
    ILogger<KeyRotation> logger) : IHostedLifecycleService
{
    private const int PageSize = 100;

    private readonly Lock _gate = new();

    /// <summary>Secrets, and how many of them are under an older key.</summary>
    public (int All, int Outdated) Count()
    {
        var counts = tables.Select(table => table.Count(keys.Current.Id)).ToList();
        return (counts.Sum(count => count.All), counts.Sum(count => count.Outdated));
    }

    /// <summary>Makes a new key in the data folder's file and brings everything under it.</summary>
    public void Rotate()
    {
        lock (_gate)
        {
            keys.Add(randomness);
            Run();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        lock (_gate) Run();
        return Task.CompletedTask;
    }

    private void Run()
    {
        var (all, outdated) = Count();
        if (outdated > 0) LogBegun(MasterKeys.IdOf(keys.Current), outdated, all);
        foreach (var table in tables) Reseal(table);

        // Written with an older key while the pages were read: there is none such in this process. Where other nodes go on with the older one,
        // operators start one once more after the last has the new one (docs/operating.md); until then both keys are needed.
        store.ReplaceMasterKey(MasterKeys.IdOf(keys.Current), time.GetUtcNow().ToUnixTimeMilliseconds());
        if (outdated > 0) LogDone(MasterKeys.IdOf(keys.Current));
        if (keys.IsFile) keys.ForgetPrevious();
    }

    private void Reseal(ISealedRows table)
    {
        var count = 0;
        while (table.ListOutdated(keys.Current.Id, PageSize) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                if (table.Replace(row, box.Seal(row.Owner, box.Open(row.Owner, row.Envelope)))) count++;
            }

            LogProgress(table.Name, count);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2310, LogLevel.Information, "Bringing {Count} of {All} secrets under the master key of id {Id}.")]
    private partial void LogBegun(string id, int count, int all);

    [LoggerMessage(2311, LogLevel.Information, "{Table}: {Count} secrets are under the new master key.")]
    private partial void LogProgress(string table, int count);

    [LoggerMessage(2312, LogLevel.Information, "Every secret is under the master key of id {Id}; older ones are no longer needed, but for backups.")]
    private partial void LogDone(string id);
}
