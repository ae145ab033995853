namespace Reelay.Simulators;

/// <summary>
/// One small clip for every order, ready at once: 320x180, 2 s. A picture is a plain PNG of its size, whatever its kind. Needs no file and
/// no ffmpeg.
/// </summary>
public sealed class StandInClipStore : IClipStore
{
    private static readonly byte[] _clip = Read();

    /// <summary>The bytes of the clip.</summary>
    public static ReadOnlyMemory<byte> Clip => _clip;

    /// <inheritdoc/>
    public void Prepare(ClipOrder order)
    {
    }

    /// <inheritdoc/>
    public DateTimeOffset? ReadyAt(ClipOrder order) => DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public ValueTask<ClipFile?> OpenAsync(ClipOrder order, ClipVariant variant, CancellationToken cancellationToken) =>
        ValueTask.FromResult(variant == ClipVariant.Video ? Open(order) : null);

    /// <inheritdoc/>
    public void Clear()
    {
    }

    internal static ClipFile Open(ClipOrder order) => order.Picture is null
        ? new(new MemoryStream(_clip, writable: false), "video/mp4")
        : new(new MemoryStream(PngImage.Gradient(order.WidthPixels, order.HeightPixels), writable: false), "image/png");

    private static byte[] Read()
    {
        using Stream stream = typeof(StandInClipStore).Assembly.GetManifestResourceStream("standin.mp4")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
