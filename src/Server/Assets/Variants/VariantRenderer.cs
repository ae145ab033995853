using Reelay.Server.Assets.Probing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Variants;

/// <summary>Makes one picture of a stored output, in a folder of its own that goes with the picture.</summary>
internal sealed class VariantRenderer
{
    private readonly string _root;
    private readonly IAssetStore _assets;
    private readonly FfmpegProgram _ffmpeg;
    private readonly Randomness _randomness;

    /// <summary>Opens the working folder and removes what an earlier process left in it.</summary>
    /// <param name="root">The working folder; this renderer's alone.</param>
    /// <param name="assets">Where outputs are.</param>
    /// <param name="ffmpeg">Makes the pictures.</param>
    /// <param name="randomness">Names the folders.</param>
    public VariantRenderer(string root, IAssetStore assets, FfmpegProgram ffmpeg, Randomness randomness)
    {
        (_root, _assets, _ffmpeg, _randomness) = (root, assets, ffmpeg, randomness);
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
    }

    /// <summary>Makes a picture.</summary>
    /// <returns>The picture, or null if the output is no longer in the store.</returns>
    /// <exception cref="VariantException">It cannot be made.</exception>
    public async Task<RenderedPicture?> RenderAsync(VariantOrder order, CancellationToken cancellationToken)
    {
        _ffmpeg.Require();
        var folder = Path.Combine(_root, _randomness.Text(16));
        var (source, picture) = (Path.Combine(folder, "source"), Path.Combine(folder, "picture"));
        var tries = VariantRecipe.For(order, source, picture);
        if (tries.Count == 0) throw new VariantException($"A file of type {order.Source.ContentType} has no picture.", "Nothing was run.");

        DurableFolder.Create(_root);
        DurableFolder.Create(folder);
        var rendered = new RenderedPicture(folder, picture);
        var isDone = false;
        try
        {
            if (!await CopyAsync(order.Source.Key, source, cancellationToken)) return null;
            await MakeAsync(order, tries, picture, cancellationToken);
            isDone = true;
            return rendered;
        }
        finally
        {
            if (!isDone) rendered.Dispose();
        }
    }

    private async Task MakeAsync(VariantOrder order, IReadOnlyList<string[]> tries, string picture, CancellationToken cancellationToken)
    {
        foreach (var arguments in tries)
        {
            await _ffmpeg.RunAsync(arguments, Path.GetDirectoryName(picture)!, cancellationToken);

            // It calls an empty file a success when there was no frame to take.
            if (await IsPictureAsync(picture, order.ContentType, cancellationToken)) return;
        }

        throw new VariantException("No picture could be made of this file.", "ffmpeg found no frame.");
    }

    private static async Task<bool> IsPictureAsync(string path, string contentType, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return false;
        await using var reader = new LocalAssetReader(File.OpenHandle(path));
        var facts = await MediaProbe.ProbeAsync(reader, cancellationToken);
        return facts is { WidthPixels: > 0 } && facts.ContentType == contentType;
    }

    // A copy, since the store may be a bucket, and the program needs to jump about in the file.
    private async Task<bool> CopyAsync(string key, string path, CancellationToken cancellationToken)
    {
        if (await _assets.OpenAsync(key, cancellationToken) is not { } reader) return false;
        await using var source = new AssetStream(reader);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await source.CopyToAsync(file, cancellationToken);
        return true;
    }
}

/// <summary>A picture in a folder of its own; disposing removes both.</summary>
/// <param name="folder">The folder.</param>
/// <param name="path">The picture.</param>
internal sealed class RenderedPicture(string folder, string path) : IDisposable
{
    /// <summary>Opens the picture for reading.</summary>
    public FileStream Open() => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);
}
