using Reelay.Server.Tasks;

namespace Reelay.Server.Files;

/// <summary>Ids of files and characters: a task's id under another prefix, so they sort by time as well.</summary>
internal sealed class UploadIds(TaskIds ids)
{
    private const string FilePrefix = "file_";
    private const string CharacterPrefix = "char_";
    private const int SuffixLength = 26;

    /// <summary>A new id for a file.</summary>
    public string MintFile() => Mint(FilePrefix);

    /// <summary>A new id for a character.</summary>
    public string MintCharacter() => Mint(CharacterPrefix);

    /// <summary>Whether a text can be the id of a file.</summary>
    public static bool IsFile(string id) => id.Length == FilePrefix.Length + SuffixLength && id.StartsWith(FilePrefix, StringComparison.Ordinal);

    private string Mint(string prefix) => string.Concat(prefix, ids.Mint().AsSpan(TaskIds.Prefix.Length));
}
