using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>The key that encrypts, and older ones that still decrypt until everything is encrypted anew.</summary>
/// <remarks>
/// From the settings <c>REELAY_MASTER_KEY</c> and <c>REELAY_MASTER_KEY_PREVIOUS</c> (several with commas between them), or from a file of the
/// data folder with one key to a line, the last of which encrypts.
/// </remarks>
internal sealed class MasterKeys
{
    /// <summary>Name of the setting with older keys.</summary>
    public const string PreviousSetting = MasterKey.Setting + "_PREVIOUS";

    private readonly string _path;
    private volatile IReadOnlyList<MasterKey> _newestFirst;

    private MasterKeys(IReadOnlyList<MasterKey> newestFirst, string path, bool isFile) => (_newestFirst, _path, IsFile) = (newestFirst, path, isFile);

    /// <summary>One key and no older ones.</summary>
    public MasterKeys(MasterKey only)
        : this([only], "", isFile: false)
    {
    }

    /// <summary>Encrypts.</summary>
    public MasterKey Current => _newestFirst[0];

    /// <summary>All that decrypt, the newest first.</summary>
    public IReadOnlyList<MasterKey> NewestFirst => _newestFirst;

    /// <summary>Whether they are in the data folder's file, so that this server can make a new one.</summary>
    public bool IsFile { get; }

    /// <summary>Takes the settings, else the file; makes the file if neither is there and nothing was ever encrypted.</summary>
    /// <param name="setting">Value of <see cref="MasterKey.Setting"/>; null or empty for none.</param>
    /// <param name="previous">Value of <see cref="PreviousSetting"/>; null or empty for none.</param>
    /// <param name="path">Path of the file.</param>
    /// <param name="knownId">Id of the key that the database's secrets are encrypted with, in hexadecimal digits; null before the first.</param>
    /// <exception cref="InvalidOperationException">One is no key, the database's is not among them, or it is lost. Nothing was written.</exception>
    public static MasterKeys Open(string? setting, string? previous, string path, string? knownId, Randomness randomness)
    {
        var isFile = string.IsNullOrWhiteSpace(setting);
        var older = (previous ?? "").Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => MasterKey.Read(text, PreviousSetting)).ToList();
        var lines = isFile && File.Exists(path) ? Lines(path) : [];
        if (lines.Count > 1)
        {
            older.InsertRange(0, lines.Take(lines.Count - 1).Reverse());
            setting = Convert.ToHexString(lines[^1].Bytes);
        }

        var isOlder = older.Any(key => IdOf(key) == knownId);
        var current = MasterKey.Open(setting, path, isOlder ? null : knownId, randomness);
        return new MasterKeys([current, .. older.Where(key => IdOf(key) != IdOf(current)).DistinctBy(IdOf)], path, isFile);
    }

    /// <summary>The id as text.</summary>
    public static string IdOf(MasterKey key) => Convert.ToHexStringLower(key.Id);

    /// <summary>Makes a new key in the file; what is encrypted from now on is so with it. Durable before it is used.</summary>
    public void Add(Randomness randomness)
    {
        if (!IsFile) throw new InvalidOperationException("The master key is a setting.");
        var key = MasterKey.Make(randomness);
        Write([key, .. _newestFirst]);
        _newestFirst = [key, .. _newestFirst];
    }

    /// <summary>Leaves in the file only the one that encrypts. In memory the others stay: somebody may hold an envelope that was read before.</summary>
    public void ForgetPrevious()
    {
        if (IsFile && _newestFirst.Count > 1) Write([Current]);
    }

    private static List<MasterKey> Lines(string path) =>
        [.. File.ReadAllLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => MasterKey.Read(line, path))];

    private void Write(IEnumerable<MasterKey> newestFirst) => SecretFile.Replace(_path, newestFirst.Reverse().Select(key => key.Bytes));
}
