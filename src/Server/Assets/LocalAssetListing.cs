namespace Reelay.Server.Assets;

/// <summary>Lists the folders of the local store. They may come and go meanwhile: one that has gone is left out.</summary>
internal static class LocalAssetListing
{
    /// <summary>The folders directly under a folder of the disk.</summary>
    /// <param name="path">Full path of the parent; need not exist.</param>
    /// <param name="parent">The same in the words of the store.</param>
    public static IEnumerable<AssetFolder> Folders(string path, string parent, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) yield break;
        foreach (var child in Directory.EnumerateDirectories(path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ChangedAt(child) is { } changedAt) yield return new AssetFolder($"{parent}/{Path.GetFileName(child)}", changedAt);
        }
    }

    // A file that is being written changes with every piece, its folder only when a name comes or goes: the newest of all counts.
    private static DateTimeOffset? ChangedAt(string folder)
    {
        try
        {
            var newest = Directory.GetLastWriteTimeUtc(folder);
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
            {
                if (entry.LastWriteTimeUtc > newest) newest = entry.LastWriteTimeUtc;
            }

            return new DateTimeOffset(newest, TimeSpan.Zero);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }
}
