using System.Runtime.InteropServices;

#pragma warning disable CA1050 // The runtime looks for this name outside of any namespace.

/// <summary>Loaded into the server under test by <c>DOTNET_STARTUP_HOOKS</c>: on SIGUSR1 it collects all garbage and writes down what is left.</summary>
/// <remarks>The only way to the managed heap alone: the resident size holds what the collector keeps for later as well.</remarks>
internal static class StartupHook
{
    private const PosixSignal UserSignal = (PosixSignal)10;
    private static PosixSignalRegistration? _registration;

    /// <summary>Called by the runtime before the program.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("REELAY_BENCH_HEAP") is not { Length: > 0 } file) return;
        _registration = PosixSignalRegistration.Create(UserSignal, context =>
        {
            context.Cancel = true;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            var text = GC.GetTotalMemory(forceFullCollection: false).ToString(System.Globalization.CultureInfo.InvariantCulture);
            File.WriteAllText(file + ".part", text);
            File.Move(file + ".part", file, overwrite: true);
        });
    }
}
