using System.Buffers;
using System.Security.Cryptography;

namespace Reelay.Server.Assets;

/// <summary>Copies a stream to a file through one pooled buffer, counting and hashing on the way.</summary>
internal static class HashingCopy
{
    private const int BufferBytes = 128 * 1024;
    private const int HeadBytes = 64;

    /// <summary>What was copied.</summary>
    public readonly record struct Result(long SizeBytes, string Sha256, byte[] Head);

    /// <summary>Copies to the source's end.</summary>
    /// <exception cref="AssetTooLargeException">There are more than <paramref name="maxBytes"/> bytes.</exception>
    public static async Task<Result> RunAsync(Stream source, FileStream file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rented = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var buffer = rented.AsMemory(0, BufferBytes);
        try
        {
            byte[] head = [];
            var size = 0L;
            while (true)
            {
                // Networks hand out small pieces; the disk gets full ones.
                var count = await source.ReadAtLeastAsync(buffer, BufferBytes, throwOnEndOfStream: false, cancellationToken);
                if (count == 0) return new Result(size, Convert.ToHexStringLower(hash.GetHashAndReset()), head);
                if (count > maxBytes - size) throw new AssetTooLargeException(maxBytes);
                if (size == 0) head = rented[..Math.Min(count, HeadBytes)];
                hash.AppendData(rented, 0, count);
                await file.WriteAsync(buffer[..count], cancellationToken);
                size += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
