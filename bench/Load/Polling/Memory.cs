using System.Globalization;

namespace Reelay.Load.Polling;

/// <summary>Memory of a server.</summary>
/// <param name="ResidentMegabytes">All that it holds of the machine's memory, as it runs.</param>
/// <param name="SettledMegabytes">The same just after a collection.</param>
/// <param name="HeapMegabytes">Managed objects that are in use: what is left when everything else was collected just now.</param>
internal readonly record struct Memory(double ResidentMegabytes, double SettledMegabytes, double HeapMegabytes)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Settings with which a server can be asked. They add a signal handler to it and nothing else.</summary>
    public static IReadOnlyDictionary<string, string> Settings(Workplace workplace) => new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = workplace.Program("Reference") + ".dll",
        ["REELAY_BENCH_HEAP"] = FileOf(workplace),
    };

    /// <summary>Asks a server: first what it holds, then what is left of it after a collection.</summary>
    public static async Task<Memory> OfAsync(Workplace workplace, ServerProcess server)
    {
        var resident = server.ResidentMegabytes;
        var file = FileOf(workplace);
        File.Delete(file);
        server.Signal(ServerProcess.UserSignal);
        var since = TimeProvider.System.GetTimestamp();
        while (!File.Exists(file))
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience) throw new InvalidOperationException("The server does not tell its heap.");
            await Task.Delay(Look, TimeProvider.System);
        }

        var heap = long.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture) / 1_048_576.0;

        // What is free is given back to the machine little by little.
        await Task.Delay(Settling, TimeProvider.System);
        return new(resident, server.ResidentMegabytes, heap);
    }

    /// <summary>What one of some tasks needs, from two looks.</summary>
    public static string PerTask(Memory before, Memory after, int count) =>
        $"{(after.HeapMegabytes - before.HeapMegabytes) * 1024 / count:F2} KB of objects, {(after.SettledMegabytes - before.SettledMegabytes) * 1024 / count:F2} KB resident after a collection, "
            + $"{(after.ResidentMegabytes - before.ResidentMegabytes) * 1024 / count:F2} KB before it";

    private static string FileOf(Workplace workplace) => workplace.PathOf("heap.txt");
}
