using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Reelay.Server.Assets;

namespace Reelay.Simulation.World;

/// <summary>A disk for files: what was written whole outlives every process. Sometimes it is full.</summary>
internal sealed class MemoryAssets(Func<bool> isFull) : IAssetStore
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private long _count;

    /// <summary>A file's size, or null.</summary>
    public long? SizeOf(string key) => _files.TryGetValue(key, out var bytes) ? bytes.Length : null;

    /// <inheritdoc/>
    public async Task<StoredAsset> WriteAsync(string folder, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length > maxBytes) throw new AssetTooLargeException(maxBytes);
        if (isFull()) throw new IOException("No space left on device");
        var bytes = buffer.ToArray();
        var key = string.Create(CultureInfo.InvariantCulture, $"{folder}/f{++_count}");
        _files[key] = bytes;
        return new StoredAsset(key, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.AsMemory(0, Math.Min(64, bytes.Length)));
    }

    /// <inheritdoc/>
    public ValueTask<IAssetReader?> OpenAsync(string key, CancellationToken cancellationToken) =>
        new(_files.TryGetValue(key, out var bytes) ? new Reader(bytes) : null);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        _files.Remove(key);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteFolderAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var key in _files.Keys.Where(key => key.StartsWith(folder + "/", StringComparison.Ordinal)).ToList()) _files.Remove(key);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<StoredAsset?> CopyAsync(string key, string folder, CancellationToken cancellationToken) =>
        _files.TryGetValue(key, out var bytes) ? await WriteAsync(folder, new MemoryStream(bytes), bytes.Length, cancellationToken) : null;

    /// <inheritdoc/>
    public async IAsyncEnumerable<AssetFolder> ListFoldersAsync(string parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var name in _files.Keys.Where(key => key.StartsWith(parent + "/", StringComparison.Ordinal))
            .Select(key => key.Split('/')[parent.Count(letter => letter == '/') + 1]).Distinct().ToList())
        {
            yield return new AssetFolder(parent + "/" + name, DateTimeOffset.MinValue);
        }
    }

    private sealed class Reader(byte[] bytes) : IAssetReader
    {
        public long LengthBytes => bytes.Length;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            var count = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
            bytes.AsMemory((int)Math.Min(offset, bytes.Length), count).CopyTo(buffer);
            return new(count);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
