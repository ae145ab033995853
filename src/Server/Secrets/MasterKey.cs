using System.Buffers.Text;
using System.Security.Cryptography;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>The key under which upstream credentials are kept: <c>REELAY_MASTER_KEY</c>, or a file of the data folder that is made once.</summary>
internal sealed class MasterKey
{
    /// <summary>Name of the setting.</summary>
    public const string Setting = "REELAY_MASTER_KEY";

    /// <summary>Name of the file in the data folder; 64 hexadecimal digits, readable by its owner only.</summary>
    public const string FileName = "master.key";

    /// <summary>Size of the key in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Size of the key's id in bytes: the beginning of its SHA-256, which tells keys apart and nothing of their content.</summary>
    public const int IdBytes = 8;

    private MasterKey(byte[] bytes)
    {
        Bytes = bytes;
        Id = SHA256.HashData([.. "reelay master key\n"u8, .. bytes])[..IdBytes];
    }

    /// <summary>The key itself.</summary>
    public byte[] Bytes { get; }

    /// <summary>Tells it from other keys.</summary>
    public byte[] Id { get; }

    /// <summary>Takes the setting, else the file; makes the file if neither is there and nothing was ever encrypted.</summary>
    /// <param name="setting">Value of <see cref="Setting"/>: base64 or hexadecimal digits of 32 bytes; null or empty for none.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="knownId">Id of the key that the database's credentials were encrypted with, in hexadecimal digits; null before the first.</param>
    /// <exception cref="InvalidOperationException">It is no key, it is not the database's, or it is lost. Nothing was written.</exception>
    public static MasterKey Open(string? setting, string path, string? knownId, Randomness randomness)
    {
        var (key, origin) = !string.IsNullOrWhiteSpace(setting) ? (Read(setting, Setting), Setting)
            : File.Exists(path) ? (Read(File.ReadAllText(path), path), path)
            : (knownId is null ? new MasterKey(SecretFile.Create(path, KeyBytes, randomness)) : null, path);
        if (key is not null && (knownId is null || Convert.ToHexStringLower(key.Id) == knownId)) return key;
        throw new InvalidOperationException(
            $"The credentials of this data folder were encrypted with the master key of id {knownId}; "
            + (key is null ? $"{Setting} is not set and {path} is not there. " : $"{origin} holds the one of id {Convert.ToHexStringLower(key.Id)}. ")
            + $"Set {Setting} to the key they were encrypted with, or bring {FileName} back; to change keys, name the old one in {MasterKeys.PreviousSetting}. Nothing was changed.");
    }

    /// <summary>A new one.</summary>
    public static MasterKey Make(Randomness randomness)
    {
        var bytes = new byte[KeyBytes];
        randomness.Fill(bytes);
        return new MasterKey(bytes);
    }

    /// <summary>Reads one as operators write it. The message does not show the text: it may be a key with one digit too many.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public static MasterKey Read(string text, string origin)
    {
        text = text.Trim();
        var bytes = new byte[KeyBytes];
        if (text.Length == KeyBytes * 2 && text.All(char.IsAsciiHexDigit)) return new MasterKey(Convert.FromHexString(text));
        if (Base64.IsValid(text) && Convert.TryFromBase64String(text, bytes, out var count) && count == KeyBytes) return new MasterKey(bytes);
        throw new InvalidOperationException(
            $"{origin} must be {KeyBytes} bytes, as {KeyBytes * 2} hexadecimal digits or in base64 (openssl rand -hex {KeyBytes}); it has {text.Length} characters.");
    }
}
