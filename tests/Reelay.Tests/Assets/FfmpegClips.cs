using System.Diagnostics;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>Makes small real files with ffmpeg; tests that need them are skipped without it.</summary>
internal static class FfmpegClips
{
    private static readonly string[] Folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);

    private static bool IsThere { get; } = Folders.Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));

    /// <summary>Runs ffmpeg into a file of the folder and gives the file's bytes.</summary>
    public static async Task<byte[]> MakeAsync(TemporaryFolder folder, string name, string arguments)
    {
        Assert.SkipUnless(IsThere, "ffmpeg is not installed");
        var path = folder.File(name);
        var start = new ProcessStartInfo("ffmpeg", $"-v error -y -threads 1 {arguments} {path}") { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(errors.Contains("Unknown encoder", StringComparison.Ordinal), errors);
        Assert.True(process.ExitCode == 0, errors);
        return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
    }
}
