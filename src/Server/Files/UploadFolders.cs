using System.Collections.Concurrent;
using Reelay.Server.Assets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Files;

/// <summary>Gives every request that stores something a folder of its own, and knows which of them are still being written.</summary>
internal sealed class UploadFolders(IAssetStore assets, Randomness randomness)
{
    private const int NameLength = 24;

    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);

    /// <summary>Begins a folder. Nothing happens before the first file comes, since most requests bring none.</summary>
    /// <param name="root">One of <see cref="OrphanSweep.Roots"/>.</param>
    /// <param name="name">Its name below, or null for a random one. Never used before.</param>
    public UploadFolder Begin(string root, string? name = null) => new(this, assets, root, name);

    /// <summary>Whether a request of this process still writes there, or has not learned yet what became of its row.</summary>
    public bool IsOpen(string folder) => _open.ContainsKey(folder);

    internal string Open(string root, string? name)
    {
        var folder = $"{root}/{name ?? randomness.Text(NameLength)}";
        _open[folder] = 0;
        return folder;
    }

    internal void Close(string folder) => _open.TryRemove(folder, out _);
}
