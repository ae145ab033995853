namespace Reelay.Server.Engine;

/// <summary>Closes the gate while the data folder's disk is nearly full.</summary>
internal sealed partial class DiskWatch(EngineGate gate, string folder, long minFreeBytes, TimeProvider time, ILogger<DiskWatch> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Looks every five seconds until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (minFreeBytes > 0)
        {
            Look();
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        if (minFreeBytes == 0) return;
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        var isLow = free < minFreeBytes;
        if (isLow != gate.IsBelowMinimum) LogChange(free, minFreeBytes, isLow ? "creates are refused and tasks wait" : "work goes on");
        gate.IsBelowMinimum = isLow;
    }

    [LoggerMessage(2080, LogLevel.Warning, "{Free} bytes are free on the data folder's disk, Reelay:MinFreeDisk is {Min}: {What}.")]
    private partial void LogChange(long free, long min, string what);
}
