using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Links;

/// <summary>The keys of signed links, one to a line of a file of the data folder. The last one signs, all of them verify.</summary>
/// <remarks>
/// Rotation: add a line and restart; take the old line away once the longest link has expired, or at once to end every link made with it.
/// </remarks>
internal sealed class LinkKeys
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "link.keys";

    /// <summary>Size of a key in bytes; a line holds twice as many hexadecimal digits.</summary>
    public const int KeyBytes = 32;

    /// <summary>Most keys of a file: each one costs a hash for every wrong link.</summary>
    public const int MaxKeys = 16;

    private LinkKeys(IReadOnlyList<byte[]> newestFirst) => NewestFirst = newestFirst;

    /// <summary>The keys; the first one signs.</summary>
    public IReadOnlyList<byte[]> NewestFirst { get; }

    /// <summary>Reads the file; makes it, with one key and for the owner only, if it is not there.</summary>
    /// <exception cref="InvalidOperationException">A line is no key, or there is none.</exception>
    public static LinkKeys Open(string path, Randomness randomness)
    {
        if (!File.Exists(path)) SecretFile.Create(path, KeyBytes, randomness);
        var lines = File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        if (lines.Count is 0 or > MaxKeys) throw new InvalidOperationException($"{path} must hold 1 to {MaxKeys} keys, not {lines.Count}.");
        return new LinkKeys([.. lines.Select((line, index) => Read(path, line, index)).Reverse()]);
    }

    // The message must not show the line: it may be a key with one digit too many.
    private static byte[] Read(string path, string line, int index)
    {
        if (line.Length != KeyBytes * 2 || !line.All(char.IsAsciiHexDigit))
            throw new InvalidOperationException($"Key {index + 1} of {path} must be {KeyBytes * 2} hexadecimal digits; it has {line.Length} characters.");
        return Convert.FromHexString(line);
    }
}
