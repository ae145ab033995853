using System.Buffers;

namespace Reelay.Server.Assets;

/// <summary>What a folder or a key of the store may look like. Nothing that passes here can leave the store's root.</summary>
internal static class AssetKey
{
    /// <summary>Most segments of a folder; a key has one more.</summary>
    public const int MaxFolderSegments = 3;

    /// <summary>Longest segment, in characters.</summary>
    public const int MaxSegmentLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Gives the segments of a folder.</summary>
    /// <exception cref="ArgumentException">Not one to three segments of <c>[A-Za-z0-9_-]</c>.</exception>
    public static string[] FolderSegments(string folder) => Split(folder, minSegments: 1, MaxFolderSegments, nameof(folder));

    /// <summary>Gives the segments of a key: those of its folder and the file's name.</summary>
    /// <exception cref="ArgumentException">Not two to four segments of <c>[A-Za-z0-9_-]</c>.</exception>
    public static string[] KeySegments(string key) => Split(key, minSegments: 2, MaxFolderSegments + 1, nameof(key));

    private static string[] Split(string path, int minSegments, int maxSegments, string name)
    {
        ArgumentNullException.ThrowIfNull(path, name);
        var segments = path.Split('/');
        if (segments.Length < minSegments || segments.Length > maxSegments || !Array.TrueForAll(segments, IsSegment))
            throw new ArgumentException($"'{path}' is not {minSegments} to {maxSegments} segments of [A-Za-z0-9_-] joined by '/'.", name);
        return segments;
    }

    private static bool IsSegment(string segment) =>
        segment.Length is > 0 and <= MaxSegmentLength && !segment.AsSpan().ContainsAnyExcept(Allowed);
}
