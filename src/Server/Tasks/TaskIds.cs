using System.Buffers.Binary;

namespace Reelay.Server.Tasks;

/// <summary>Mints task ids: 48 bits of milliseconds, a 16-bit sequence within the millisecond and 64 random bits, in lower-case base 32.</summary>
/// <remarks>Ids of one node sort in the order in which they were minted, also when its clock steps back.</remarks>
internal sealed class TaskIds(TimeProvider time, Randomness randomness)
{
    /// <summary>What every task id begins with.</summary>
    public const string Prefix = "task_";

    private const int ShardCount = 256;
    private const int SuffixLength = 26;
    private const string AlternativePrefix = "video_";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly Lock _gate = new();
    private long _lastMilliseconds;
    private ushort _sequence;

    /// <summary>A new id.</summary>
    public string Mint()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (now > _lastMilliseconds) (_lastMilliseconds, _sequence) = (now, 0);
            else if (++_sequence == 0) _lastMilliseconds++;
            BinaryPrimitives.WriteInt64BigEndian(bytes, (_lastMilliseconds << 16) | _sequence);
        }

        randomness.Fill(bytes[8..]);
        return Encode(bytes);
    }

    /// <summary>The shard of an id: a hash of the part after the prefix (FNV-1a, folded to one byte).</summary>
    public static int ShardOf(ReadOnlySpan<char> id)
    {
        var hash = 2166136261u;
        foreach (var character in id[(id.IndexOf('_') + 1)..]) hash = (hash ^ character) * 16777619u;
        return (int)((hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24)) % ShardCount);
    }

    /// <summary>The canonical form of an id that a caller sent, or null if it cannot be one of ours.</summary>
    public static string? Normalize(string id)
    {
        if (id.Length == Prefix.Length + SuffixLength && id.StartsWith(Prefix, StringComparison.Ordinal)) return id;
        return id.Length == AlternativePrefix.Length + SuffixLength && id.StartsWith(AlternativePrefix, StringComparison.Ordinal)
            ? string.Concat(Prefix, id.AsSpan(AlternativePrefix.Length))
            : null;
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(Prefix.Length + SuffixLength, value, static (characters, rest) =>
        {
            Prefix.CopyTo(characters);
            for (var i = characters.Length - 1; i >= Prefix.Length; i--, rest >>= 5) characters[i] = Alphabet[(int)(rest & 31)];
        });
    }
}
