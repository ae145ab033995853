using System.Globalization;

namespace Reelay.Server.Assets.Variants;

/// <summary>The arguments of ffmpeg for each kind of picture.</summary>
internal static class VariantRecipe
{
    /// <summary>Longest side of a thumbnail in pixels; smaller outputs are not enlarged.</summary>
    public const int MaxThumbnailPixels = 512;

    /// <summary>Greatest width of one tile of a spritesheet in pixels.</summary>
    public const int MaxTileWidthPixels = 160;

    /// <summary>Greatest height of one tile in pixels.</summary>
    public const int MaxTileHeightPixels = 320;

    /// <summary>Most columns, and most rows, of a spritesheet.</summary>
    public const int MaxGridSide = 5;

    // Not a picture that anybody ordered, but one that was made to fill the memory.
    private const string MaxSourcePixels = "100000000";

    private static readonly string Thumbnail = Within(MaxThumbnailPixels, MaxThumbnailPixels, "");
    private static readonly string Tile = Within(MaxTileWidthPixels, MaxTileHeightPixels, ":force_divisible_by=2");

    // Named outright, after what was found in the bytes: a program that guesses would follow play lists and scripts to other files.
    private static readonly Dictionary<string, string> Readers = new(StringComparer.Ordinal)
    {
        ["video/mp4"] = "mov",
        ["video/quicktime"] = "mov",
        ["video/webm"] = "matroska",
        ["image/png"] = "png_pipe",
        ["image/jpeg"] = "jpeg_pipe",
        ["image/webp"] = "webp_pipe",
        ["image/gif"] = "gif",
    };

    /// <summary>The arguments to try in turn until one gives a picture; none if there is nothing to see in such an output.</summary>
    /// <param name="order">What to make.</param>
    /// <param name="source">Name of the output's file.</param>
    /// <param name="picture">Name of the file to write.</param>
    public static IReadOnlyList<string[]> For(VariantOrder order, string source, string picture)
    {
        if (!Readers.TryGetValue(order.Source.ContentType, out var reader)) return [];
        var isStill = order.Source.ContentType.StartsWith("image/", StringComparison.Ordinal);
        string[] Whole(string filter) => [.. Input(reader, source, null), "-vf", filter, .. Output(order.Kind, picture)];

        if (order.Kind == VariantKind.Spritesheet) return [Whole(isStill ? Tile : Sheet(order))];
        if (isStill) return [Whole(Thumbnail)];

        // The likeliest of a few frames from the middle on; from the beginning, where a wrong length leads behind the end.
        var filter = "thumbnail=n=12," + Thumbnail;
        return [[.. Input(reader, source, order.Length / 2), "-vf", filter, .. Output(order.Kind, picture)], Whole(filter)];
    }

    /// <summary>Columns, rows and tiles of a spritesheet: never more tiles than the output has frames.</summary>
    /// <param name="length">Length of the output.</param>
    /// <param name="fps">Its frames a second, or null if not measured.</param>
    public static (int Columns, int Rows, int Tiles) Grid(TimeSpan length, double? fps)
    {
        const int most = MaxGridSide * MaxGridSide;
        var frames = fps is { } rate ? Math.Round(length.TotalSeconds * rate) : most;
        var tiles = (int)Math.Clamp(frames, 1, most);
        var columns = (int)Math.Ceiling(Math.Sqrt(tiles));
        return (columns, (tiles + columns - 1) / columns, tiles);
    }

    // Pixels that are not square are made so first; what is smaller is left as it is.
    private static string Within(int width, int height, string more) =>
        $"scale=iw*sar:ih,scale=w='min({width},iw)':h='min({height},ih)':force_original_aspect_ratio=decrease{more},setsar=1";

    private static string Sheet(VariantOrder order)
    {
        var (columns, rows, tiles) = Grid(order.Length, order.Source.Fps);
        var milliseconds = Math.Max(1, (long)order.Length.TotalMilliseconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"fps={tiles * 1000}/{milliseconds}:round=down,{Tile},tile={columns}x{rows}:nb_frames={tiles}");
    }

    private static string[] Input(string reader, string source, TimeSpan? from)
    {
        string[] seek = from is { } time ? ["-ss", time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)] : [];
        return
        [
            "-v", "error", "-nostdin", "-y", "-threads", "2", "-max_pixels", MaxSourcePixels, "-protocol_whitelist", "file", "-f", reader,
            .. seek, "-i", source, "-map", "0:v:0",
        ];
    }

    private static string[] Output(VariantKind kind, string picture) => kind == VariantKind.Thumbnail
        ? ["-frames:v", "1", "-c:v", "libwebp", "-quality", "80", "-f", "webp", picture]
        : ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p", "-f", "image2", "-update", "1", picture];
}
