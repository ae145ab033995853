using System.Security.Cryptography;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;

namespace Reelay.Tests.Reading;

/// <summary>Keeps uploads in memory, so that a test can see what is left.</summary>
internal sealed class MemorySink : IUploadSink
{
    private int _count;

    public Dictionary<string, byte[]> Stored { get; } = [];

    /// <summary>How often something was stored.</summary>
    public int SaveCount => _count;

    /// <summary>Thrown after the upload was read, when set.</summary>
    public Exception? Failure { get; init; }

    public async Task<StoredAsset> SaveAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        if (Failure is not null)
        {
            throw Failure;
        }

        if (copy.Length > maxBytes)
        {
            throw new AssetTooLargeException(maxBytes);
        }

        var bytes = copy.ToArray();
        var key = $"upload/{++_count}";
        Stored.Add(key, bytes);
        return new StoredAsset(key, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.AsMemory(0, Math.Min(64, bytes.Length)));
    }

    public Task DiscardAsync(string key)
    {
        Stored.Remove(key);
        return Task.CompletedTask;
    }
}
