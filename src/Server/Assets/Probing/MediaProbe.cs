namespace Reelay.Server.Assets.Probing;

/// <summary>
/// Measures a stored file in process, from a few kilobytes of it. Unusual files come back with their type and nulls; those are for ffprobe.
/// </summary>
internal static class MediaProbe
{
    /// <summary>Gives what the file is, or null if it is of no kind we handle. Never throws for what a file holds.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    public static async ValueTask<MediaFacts?> ProbeAsync(IAssetReader reader, CancellationToken cancellationToken)
    {
        using var file = new AssetWindow(reader);
        var head = await file.ReadAsync(0, MediaSniffer.HeadBytes, cancellationToken);
        var contentType = MediaSniffer.Sniff(head.Span);
        switch (contentType)
        {
            case null:
                return null;
            case "image/png":
                return Picture(contentType, PngReader.Read(head.Span));
            case "image/gif":
                return Picture(contentType, GifReader.Read(head.Span));
            case "image/webp":
                return Picture(contentType, WebpReader.Read(head.Span));
            case "image/jpeg":
                return Picture(contentType, await JpegReader.ReadAsync(file, cancellationToken));
            case "video/mp4" or "video/quicktime" or "audio/mp4":
                return Movie(contentType, await Mp4Reader.ReadAsync(file, cancellationToken));
            default:
                return new MediaFacts(contentType, null, null, null, null, null);
        }
    }

    private static MediaFacts Picture(string contentType, PixelSize? size) =>
        new(contentType, size?.WidthPixels, size?.HeightPixels, null, null, null);

    private static MediaFacts Movie(string contentType, Mp4Facts? movie)
    {
        var video = movie?.Video;
        return new MediaFacts(
            contentType,
            video?.Size.WidthPixels,
            video?.Size.HeightPixels,
            video?.DurationSeconds ?? movie?.MovieSeconds,
            video?.Fps,
            movie?.HasAudio)
        {
            FrameCount = video?.FrameCount,
            VideoCodec = video?.Codec,
        };
    }
}
