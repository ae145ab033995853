using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Tasks;

namespace Reelay.Server.Accounts;

/// <summary>How secrets are made and hashed.</summary>
internal static class KeySecrets
{
    /// <summary>Longest secret that is looked up, in characters; longer ones are refused unread.</summary>
    public const int MaxLength = 256;

    /// <summary>Shortest secret that is imported, in characters: a hash without salt protects only what cannot be guessed.</summary>
    public const int MinImportedLength = 16;

    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>Characters of a secret that are shown.</summary>
    public const int HintLength = 4;

    private const int RandomLength = 48;

    /// <summary>A new secret of 285 random bits.</summary>
    public static string Mint(Randomness randomness) => "sk-" + randomness.Text(RandomLength);

    /// <summary>SHA-256 of a secret. A secret of full entropy needs no slow hash, and the look-up by hash leaks no prefix by its timing.</summary>
    public static void Hash(ReadOnlySpan<char> secret, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxLength * 3];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(secret, bytes)], hash);
    }

    /// <summary>The same in an array of its own.</summary>
    public static byte[] Hash(string secret)
    {
        var hash = new byte[HashLength];
        Hash(secret, hash);
        return hash;
    }

    /// <summary>Whether a secret can be sent in a header and is long enough to be kept as a hash.</summary>
    public static bool IsImportable(string secret) =>
        secret.Length is >= MinImportedLength and <= MaxLength && secret.All(letter => letter is > ' ' and <= '~');
}
