using System.Buffers;

namespace Reelay.Server.Assets.Probing;

/// <summary>
/// Finds and reads the movie header of an MP4 or MOV file, wherever it stands, without touching the media data. Malformed files give null,
/// not exceptions; the work is bounded by <see cref="MaxTopLevelBoxes"/> and <see cref="MaxHeaderBytes"/>.
/// </summary>
internal static class Mp4Reader
{
    /// <summary>Most boxes looked at before the movie header.</summary>
    public const int MaxTopLevelBoxes = 4_096;

    /// <summary>Largest movie header that is read; one of an hour at 60 frames a second has about 4 MiB.</summary>
    public const int MaxHeaderBytes = 16 * 1024 * 1024;

    private static readonly uint Movie = BoxHeader.Code("moov"u8);

    /// <summary>Reads the header, or gives null if there is none that makes sense.</summary>
    public static async ValueTask<Mp4Facts?> ReadAsync(AssetWindow file, CancellationToken cancellationToken)
    {
        var offset = 0L;
        for (var i = 0; i < MaxTopLevelBoxes; i++)
        {
            var bytes = await file.ReadAsync(offset, BoxHeader.MaxHeaderBytes, cancellationToken);
            if (BoxHeader.Read(bytes.Span, file.LengthBytes - offset) is not { } header) return null;
            if (header.Type == Movie) return await ReadMovieAsync(file, offset + header.HeaderBytes, header, cancellationToken);
            offset += header.SizeBytes;
        }

        return null;
    }

    private static async ValueTask<Mp4Facts?> ReadMovieAsync(
        AssetWindow file, long offset, BoxHeader header, CancellationToken cancellationToken)
    {
        var size = header.SizeBytes - header.HeaderBytes;
        if (size > MaxHeaderBytes) return null;
        var buffer = ArrayPool<byte>.Shared.Rent((int)size);
        try
        {
            var movie = buffer.AsMemory(0, (int)size);
            return await file.TryFillAsync(movie, offset, cancellationToken) ? Mp4Movie.Read(movie.Span) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
