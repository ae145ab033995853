using System.Collections.Concurrent;
using System.Globalization;

namespace Reelay.Simulators;

/// <summary>Makes clips one at a time and keeps them as files, until they are a day old at the next start.</summary>
public sealed partial class FileClipStore : IClipStore, IAsyncDisposable
{
    // A render takes every core there is, so that even the sandboxes of one process take turns.
    private static readonly SemaphoreSlim _turn = new(1, 1);
    private static readonly TimeSpan _keptFor = TimeSpan.FromDays(1);

    private readonly IRenderer _renderer;
    private readonly string _folder;
    private readonly bool _isShared;
    private readonly TimeProvider _time;
    private readonly ILogger<FileClipStore> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, Lazy<Task>> _renders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ready = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _standIns = new(StringComparer.Ordinal);
    private bool _hasWarned;

    /// <summary>Opens the folder, making it if need be.</summary>
    /// <param name="renderer">Makes the files.</param>
    /// <param name="folder">Where they are kept.</param>
    /// <param name="isShared">Whether one file serves every order of equal size, length and frame rate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says when a stand-in is served.</param>
    public FileClipStore(IRenderer renderer, string folder, bool isShared, TimeProvider time, ILogger<FileClipStore> logger)
    {
        (_renderer, _folder, _isShared, _time, _logger) = (renderer, Path.GetFullPath(folder), isShared, time, logger);
        Directory.CreateDirectory(_folder);
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (TimeProvider.System.GetUtcNow() - file.LastWriteTimeUtc > _keptFor)
                file.Delete();
        }
    }

    /// <inheritdoc/>
    public void Prepare(ClipOrder order) => _ = EnsureAsync(order);

    /// <inheritdoc/>
    public DateTimeOffset? ReadyAt(ClipOrder order)
    {
        string name = NameOf(order);
        if (_ready.TryGetValue(name, out DateTimeOffset since))
            return since;
        if (File.Exists(PathOf(name, ExtensionOf(order))))
            return _ready.GetOrAdd(name, DateTimeOffset.MinValue);

        // After a restart nothing is under way for a job that was running.
        Prepare(order);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<ClipFile?> OpenAsync(ClipOrder order, ClipVariant variant, CancellationToken cancellationToken)
    {
        await EnsureAsync(order).WaitAsync(cancellationToken);
        string name = NameOf(order);
        if (_standIns.ContainsKey(name))
            return variant == ClipVariant.Video ? StandInClipStore.Open(order) : null;
        (string extension, string type) = variant switch
        {
            ClipVariant.Video => (ExtensionOf(order), order.Picture is null ? "video/mp4" : $"image/{order.Picture}"),
            ClipVariant.Thumbnail => ("webp", "image/webp"),
            _ => ("jpg", "image/jpeg"),
        };
        string path = PathOf(name, extension);
        if (variant != ClipVariant.Video && !File.Exists(path) && !await TryMakePictureAsync(name, variant, path))
            return null;
        const FileShare anything = FileShare.ReadWrite | FileShare.Delete;
        return new ClipFile(new FileStream(path, FileMode.Open, FileAccess.Read, anything, 1, useAsync: true), type);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _renders.Clear();
        _ready.Clear();
        _standIns.Clear();
        foreach (string file in Directory.EnumerateFiles(_folder))
            File.Delete(file);
    }

    /// <summary>Ends what is being made.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_renders.Values.Select(render => render.Value)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private Task EnsureAsync(ClipOrder order) =>
        _renders.GetOrAdd(NameOf(order), name => new Lazy<Task>(() => RenderAsync(order, name))).Value;

    private async Task RenderAsync(ClipOrder order, string name)
    {
        await _turn.WaitAsync(_stopping.Token);
        string unfinished = PathOf(name, $"{Environment.ProcessId}.part");
        try
        {
            string path = PathOf(name, ExtensionOf(order));
            if (!File.Exists(path))
            {
                await _renderer.RenderAsync(order, unfinished, _stopping.Token);
                File.Move(unfinished, path, overwrite: true);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it was, jobs must still end with a file; the reason is told once, not with every job.
            _standIns[name] = true;
            LogStandIn(Interlocked.Exchange(ref _hasWarned, true) ? LogLevel.Debug : LogLevel.Warning, order.Key, exception.Message);
        }
        finally
        {
            File.Delete(unfinished);
            _turn.Release();
        }

        _ready[name] = _time.GetUtcNow();
    }

    private async Task<bool> TryMakePictureAsync(string name, ClipVariant variant, string path)
    {
        await _turn.WaitAsync(_stopping.Token);
        string unfinished = $"{path}.part";
        try
        {
            await _renderer.PictureAsync(PathOf(name, "mp4"), variant, unfinished, _stopping.Token);
            File.Move(unfinished, path, overwrite: true);
            return true;
        }
        catch (RenderException exception)
        {
            LogNoPicture(name, exception.Message);
            return false;
        }
        finally
        {
            File.Delete(unfinished);
            _turn.Release();
        }
    }

    private string NameOf(ClipOrder order) => _isShared
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{order.WidthPixels}x{order.HeightPixels}-{order.Seconds}s-{order.Fps}fps-{(order.HasSound ? "" : "silent-")}{ExtensionOf(order)}")
        : order.Key;

    private static string ExtensionOf(ClipOrder order) => order.Picture ?? "mp4";

    private string PathOf(string name, string extension) => Path.Combine(_folder, $"{name}.{extension}");

    [LoggerMessage(
        EventId = 6001,
        Message = "Clip {Key} could not be made; a stand-in (320x180, 2 s; for a picture a plain PNG) is served: {Reason}")]
    private partial void LogStandIn(LogLevel level, string key, string reason);

    [LoggerMessage(6002, LogLevel.Warning, "No picture of clip {Name}: {Reason}")]
    private partial void LogNoPicture(string name, string reason);
}
