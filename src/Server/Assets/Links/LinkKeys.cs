using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Links;

/// <summary>The keys of signed links, one to a line of a file of the data folder. The last one signs, all of them verify.</summary>
/// <remarks>
/// Where several nodes can share the database they are derived from the master keys instead, so that the links of one are good at all.
/// Rotation of the file: <c>POST /admin/v1/link_keys/rotate</c>, or add a line and restart; take the old line away once the longest link has expired, or at
/// once to end every link made with it.
/// </remarks>
internal sealed class LinkKeys
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "link.keys";

    /// <summary>Size of a key in bytes; a line holds twice as many hexadecimal digits.</summary>
    public const int KeyBytes = 32;

    /// <summary>Most keys of a file: each one costs a hash for every wrong link.</summary>
    public const int MaxKeys = 16;

    private static readonly byte[] Purpose = "reelay link keys 1"u8.ToArray();

    private readonly string? _path;
    private volatile IReadOnlyList<byte[]> _newestFirst;

    private LinkKeys(IReadOnlyList<byte[]> newestFirst, string? path) => (_newestFirst, _path) = (newestFirst, path);

    /// <summary>The keys; the first one signs.</summary>
    public IReadOnlyList<byte[]> NewestFirst => _newestFirst;

    /// <summary>Signs a message with the key that signs now: HMAC-SHA256 in base64url without padding.</summary>
    /// <param name="message">Begins with a name that nothing else signs under: a signature for one thing can never pass for another.</param>
    public string Sign(string message) => Sign(_newestFirst[0], message);

    /// <summary>Signs a message with one of the keys.</summary>
    public static string Sign(byte[] key, string message)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(message), hash);
        return Base64Url.EncodeToString(hash);
    }

    /// <summary>Whether any of the keys gave a message this signature. Takes as long for a wrong one as for a right one.</summary>
    public bool IsSigned(string message, string signature)
    {
        // Text is compared, not bytes: one signature has one spelling.
        var given = Encoding.UTF8.GetBytes(signature);
        var isSigned = false;
        foreach (var key in _newestFirst) isSigned |= CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(key, message)), given);
        return isSigned;
    }

    /// <summary>Whether they are in the data folder's file, so that this server can make a new one.</summary>
    public bool IsFile => _path is not null;

    /// <summary>Makes a new key that signs from now on. Durable before it is used.</summary>
    /// <param name="endsLinks">Whether the older keys go at once, and every link made with them; else the oldest goes once there are too many.</param>
    public void Rotate(bool endsLinks, Randomness randomness)
    {
        if (_path is null) throw new InvalidOperationException("The keys of links are derived from the master key.");
        var key = new byte[KeyBytes];
        randomness.Fill(key);
        IReadOnlyList<byte[]> keys = endsLinks ? [key] : [key, .. _newestFirst.Take(MaxKeys - 1)];
        SecretFile.Replace(_path, keys.Reverse());
        _newestFirst = keys;
    }

    /// <summary>One for each master key (HKDF-SHA256, RFC 5869): who knows one of these learns nothing of that.</summary>
    public static LinkKeys Of(MasterKeys master) => new(
        [.. master.NewestFirst.Take(MaxKeys).Select(key => HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, KeyBytes, salt: null, info: Purpose))], path: null);

    /// <summary>Reads the file; makes it, with one key and for the owner only, if it is not there.</summary>
    /// <exception cref="InvalidOperationException">A line is no key, or there is none.</exception>
    public static LinkKeys Open(string path, Randomness randomness)
    {
        if (!File.Exists(path)) SecretFile.Create(path, KeyBytes, randomness);
        var lines = File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (lines.Count is 0 or > MaxKeys) throw new InvalidOperationException($"{path} must hold 1 to {MaxKeys} keys, not {lines.Count}.");
        return new LinkKeys([.. lines.Select((line, index) => Read(path, line, index)).Reverse()], path);
    }

    // The message must not show the line: it may be a key with one digit too many.
    private static byte[] Read(string path, string line, int index)
    {
        if (line.Length != KeyBytes * 2 || !line.All(char.IsAsciiHexDigit))
            throw new InvalidOperationException($"Key {index + 1} of {path} must be {KeyBytes * 2} hexadecimal digits; it has {line.Length} characters.");
        return Convert.FromHexString(line);
    }
}
