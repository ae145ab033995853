using System.ComponentModel;
using System.Diagnostics;

namespace Reelay.Simulators;

/// <summary>Makes files with the ffmpeg of the system.</summary>
public sealed class FfmpegRenderer(TimeProvider time) : IRenderer
{
    private const int MaxErrorCharacters = 500;
    private static readonly TimeSpan _longestRender = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task RenderAsync(ClipOrder order, string path, CancellationToken cancellationToken)
    {
        DirectoryInfo texts = Directory.CreateTempSubdirectory("reelay-render-");
        try
        {
            ClipScene scene = new(order);
            await File.WriteAllTextAsync(Path.Combine(texts.FullName, ClipScene.PromptFile), scene.PromptText, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(texts.FullName, ClipScene.HeadFile), scene.HeadText, cancellationToken);
            await RunAsync([.. scene.Arguments(), Path.GetFullPath(path)], texts.FullName, cancellationToken);
        }
        finally
        {
            texts.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public Task PictureAsync(string clipPath, ClipVariant variant, string path, CancellationToken cancellationToken)
    {
        string[] how = variant == ClipVariant.Thumbnail
            ? ["-vf", "thumbnail=24,scale='min(640,iw)':-2", "-frames:v", "1", "-c:v", "libwebp", "-f", "webp"]
            : ["-vf", "fps=2,scale=160:-2,tile=5x5", "-frames:v", "1", "-q:v", "4", "-f", "image2", "-c:v", "mjpeg"];
        string[] arguments = ["-v", "error", "-nostdin", "-y", "-i", Path.GetFullPath(clipPath), .. how, Path.GetFullPath(path)];
        return RunAsync(arguments, Path.GetTempPath(), cancellationToken);
    }

    private async Task RunAsync(IReadOnlyList<string> arguments, string folder, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("ffmpeg", arguments) { WorkingDirectory = folder, RedirectStandardError = true };
        using Process process = Start(start);
        using CancellationTokenSource deadline = new(_longestRender, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            string errors = await process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            if (process.ExitCode != 0)
            {
                string reason = errors[..Math.Min(errors.Length, MaxErrorCharacters)].Trim();
                throw new RenderException($"ffmpeg ended with {process.ExitCode}: {reason}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RenderException($"ffmpeg took longer than {_longestRender}.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new RenderException("ffmpeg did not start.");
        }
        catch (Win32Exception exception)
        {
            throw new RenderException($"ffmpeg could not be started: {exception.Message}", exception);
        }
    }
}
