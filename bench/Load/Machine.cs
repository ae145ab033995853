using System.Runtime.InteropServices;

namespace Reelay.Load;

/// <summary>What the figures were taken on.</summary>
internal static class Machine
{
    private const int SyncCount = 300;

    /// <summary>One fact per line.</summary>
    public static IReadOnlyList<string> Facts(Workplace workplace) =>
    [
        $"{Environment.ProcessorCount} cores ({Processor()}), {Memory() / 1024 / 1024} MB of memory",
        $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}",
        $"{SyncsPerSecond(workplace):N0} fdatasync/s of one 4 KiB page on the disk of the data folders ({FileSystem(workplace)})",
        $"load average at the begin: {LoadAverage}",
        $"commit {Commit(workplace)}",
    ];

    /// <summary>Of the last minute.</summary>
    public static string LoadAverage => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static long Memory() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string FileSystem(Workplace workplace) => new DriveInfo(workplace.Folder).DriveFormat;

    private static double SyncsPerSecond(Workplace workplace)
    {
        var path = workplace.PathOf("sync");
        var page = new byte[4096];
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < SyncCount; i++)
        {
            RandomAccess.Write(file, page, i * page.Length);
            if (NativeMethods.DataSync((int)file.DangerousGetHandle()) != 0) throw new IOException("fdatasync failed");
        }

        return SyncCount / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static string Commit(Workplace workplace)
    {
        var id = Tool.Run("git", ["-C", workplace.Root, "rev-parse", "--short", "HEAD"]).Trim();
        var isChanged = Tool.Run("git", ["-C", workplace.Root, "status", "--porcelain", "--", "src", "bench"]).Trim().Length > 0;
        return isChanged ? id + " with uncommitted changes" : id;
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "fdatasync")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int DataSync(int file);
    }
}
