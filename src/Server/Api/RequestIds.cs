using System.Buffers.Binary;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Ids for requests: <c>req_</c>, a random part per process and a counter. Unique, cheap, and says nothing about load elsewhere.</summary>
internal sealed class RequestIds
{
    private readonly ulong start;
    private long count;

    public RequestIds(Randomness randomness)
    {
        Span<byte> bytes = stackalloc byte[8];
        randomness.Fill(bytes);
        start = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>The next id.</summary>
    public string Next()
    {
        // Multiplying by an odd number visits every 64-bit value once, so ids neither repeat nor count visibly.
        var value = start + ((ulong)Interlocked.Increment(ref count) * 0x9E3779B97F4A7C15UL);
        return string.Create(20, value, static (text, rest) =>
        {
            "req_".CopyTo(text);
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, rest);
            Convert.TryToHexStringLower(bytes, text[4..], out _);
        });
    }
}
