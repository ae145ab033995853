namespace Reelay.Simulators;

/// <summary>The parts of a sandbox that touch files, as its settings ask for them.</summary>
internal static class SandboxParts
{
    private static readonly Lazy<string> _temporaryFolder = new(MakeTemporaryFolder);
    private static int _count;

    /// <summary>Where jobs and submissions are kept.</summary>
    public static ISandboxStore Store(SandboxOptions options) => options.DataFolder is null
        ? new MemorySandboxStore()
        : new SqliteSandboxStore(Path.Combine(options.DataFolder, "sandbox.db"));

    /// <summary>Where clips are made and kept. Without a data folder the sandboxes of a process share cached clips.</summary>
    public static IClipStore Clips(SandboxOptions options, ILogger<FileClipStore> logger)
    {
        if (options.Render == RenderMode.StandIn)
            return new StandInClipStore();
        bool isShared = options.Render == RenderMode.Cached;
        string folder = options.DataFolder is not null
            ? Path.Combine(options.DataFolder, "sandbox-clips")
            : Path.Combine(
                _temporaryFolder.Value, isShared && options.Renderer is null ? "shared" : $"{Interlocked.Increment(ref _count)}");
        return new FileClipStore(options.Renderer ?? new FfmpegRenderer(TimeProvider.System), folder, isShared, options.Time, logger);
    }

    private static string MakeTemporaryFolder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("reelay-clips-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    }
}
