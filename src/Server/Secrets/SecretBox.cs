using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>Encrypts small secrets for the database: AES-256-GCM under the newest master key, bound to what they belong to; older keys still open theirs.</summary>
/// <remarks>
/// Envelope: one byte of version (1), 8 of the key's id, 12 of nonce, 16 of tag, then the ciphertext. Version, key id and the owner's name
/// are authenticated, so a row that was moved to another owner does not open. Nonces are random: at 2^32 secrets under one key, which no
/// operator comes near, the chance of a repeated one would reach 2^-32 (NIST SP 800-38D, 8.3).
/// </remarks>
internal sealed class SecretBox(MasterKeys keys, Randomness randomness)
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + MasterKey.IdBytes;
    private const int Overhead = HeaderBytes + NonceBytes + TagBytes;

    /// <summary>With one key and no older ones.</summary>
    internal SecretBox(MasterKey only, Randomness randomness)
        : this(new MasterKeys(only), randomness)
    {
    }

    /// <summary>Encrypts a text.</summary>
    /// <param name="owner">What the secret belongs to, for example <c>channel/own/3</c>; the same is needed to open it.</param>
    public byte[] Seal(string owner, string secret)
    {
        var key = keys.Current;
        var plain = Encoding.UTF8.GetBytes(secret);
        var envelope = new byte[Overhead + plain.Length];
        envelope[0] = Version;
        key.Id.CopyTo(envelope, 1);
        var nonce = envelope.AsSpan(HeaderBytes, NonceBytes);
        randomness.Fill(nonce);
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Encrypt(nonce, plain, envelope.AsSpan(Overhead), envelope.AsSpan(HeaderBytes + NonceBytes, TagBytes), Bound(envelope, owner));
        CryptographicOperations.ZeroMemory(plain);
        return envelope;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made for the same owner.</summary>
    /// <exception cref="InvalidOperationException">It was sealed with another key or for another owner, or it was damaged.</exception>
    public string Open(string owner, ReadOnlySpan<byte> envelope)
    {
        if (envelope.Length < Overhead || envelope[0] != Version) throw new InvalidOperationException($"The secret of {owner} is damaged, or a newer version wrote it.");
        if (Find(envelope.Slice(1, MasterKey.IdBytes)) is not { } key)
        {
            throw new InvalidOperationException($"The secret of {owner} was encrypted with another key than {MasterKey.Setting} and {MasterKeys.PreviousSetting} now hold.");
        }

        var plain = new byte[envelope.Length - Overhead];
        try
        {
            using var aes = new AesGcm(key.Bytes, TagBytes);
            aes.Decrypt(
                envelope.Slice(HeaderBytes, NonceBytes), envelope[Overhead..], envelope.Slice(HeaderBytes + NonceBytes, TagBytes), plain,
                Bound(envelope, owner));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new InvalidOperationException($"The secret of {owner} is damaged, or it belongs to something else.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private MasterKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in keys.NewestFirst)
        {
            if (id.SequenceEqual(key.Id)) return key;
        }

        return null;
    }

    private static byte[] Bound(ReadOnlySpan<byte> envelope, string owner) => [.. envelope[..HeaderBytes], .. Encoding.UTF8.GetBytes(owner)];
}
