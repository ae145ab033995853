using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Reelay.Server.Assets.Variants;

/// <summary>Runs ffmpeg: arguments as a list, no shell, nothing of the server's environment but where programs lie.</summary>
internal sealed class FfmpegProgram(VariantOptions options)
{
    private const int MaxErrorCharacters = 1000;
    private const string Missing = "This server has no ffmpeg, which makes thumbnails and spritesheets; its operator can install it.";

    private static readonly string[] KeptVariables = ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "TMPDIR", "TEMP"];

    /// <summary>Runs it to its end; a cancelled run leaves no process behind.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <exception cref="VariantException">It is not there, or ended with an error.</exception>
    public async Task RunAsync(IReadOnlyList<string> arguments, string folder, CancellationToken cancellationToken)
    {
        using var process = Start(arguments, folder);
        try
        {
            var said = await ReadAsync(process.StandardError, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0) throw Failed(process.ExitCode, said);
        }
        finally
        {
            await EndAsync(process);
        }
    }

    /// <summary>Looks for the program before any work is done for it.</summary>
    /// <exception cref="VariantException">It is not there.</exception>
    public void Require()
    {
        var name = options.Ffmpeg;
        string[] folders = Path.GetFileName(name) == name ? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator) : [""];
        string[] suffixes = OperatingSystem.IsWindows() ? ["", ".exe"] : [""];
        if (folders.Any(folder => suffixes.Any(suffix => File.Exists(Path.Combine(folder, name + suffix))))) return;
        throw new VariantException(Missing, $"'{name}' is not there; Reelay:Variants:Ffmpeg names the program.");
    }

    private Process Start(IReadOnlyList<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(options.Ffmpeg, arguments) { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Except(KeptVariables, StringComparer.OrdinalIgnoreCase).ToList()) start.Environment.Remove(name);
        try
        {
            return Process.Start(start) ?? throw new VariantException(Missing, "It did not start.");
        }
        catch (Win32Exception exception)
        {
            throw new VariantException(Missing, $"'{options.Ffmpeg}' could not be started: {exception.Message}");
        }
    }

    // To the end, or the program would block on a full pipe; what is beyond the bound is not kept.
    private static async Task<string> ReadAsync(StreamReader errors, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[512];
        while (true)
        {
            var count = await errors.ReadAsync(buffer, cancellationToken);
            if (count == 0) return kept.ToString().Trim();
            kept.Append(buffer, 0, Math.Min(count, MaxErrorCharacters - kept.Length));
        }
    }

    private static VariantException Failed(int code, string said) => new(
        said.Contains("Unknown encoder", StringComparison.Ordinal)
            ? "The ffmpeg of this server was built without the encoder that this picture needs (libwebp or mjpeg)."
            : "No picture could be made of this file.",
        $"ffmpeg ended with {code}: {said}");

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited) return;
        process.Kill(entireProcessTree: true);

        // Its files are removed next; a process that is still there could write another.
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
