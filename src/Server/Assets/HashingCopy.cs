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
    /// <exception cref="AssetTooLargeException">There are more than <paramref name="maxBytes"/> bytes; the file holds at most that many.</exception>
    public static async Task<Result> RunAsync(Stream source, FileStream file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            byte[] head = [];
            var size = 0L;
            while (true)
            {
                // Networks hand out small pieces; the disk gets full ones.
                var count = await source.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancellationToken);
                if (count == 0) return new Result(size, Convert.ToHexStringLower(hash.GetHashAndReset()), head);
                if (count > maxBytes - size) throw new AssetTooLargeException(maxBytes);
                if (size == 0) head = buffer[..Math.Min(count, HeadBytes)];
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                size += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
