using System.Text;

namespace Reelay.Server.Files;

/// <summary>Callers' names of files: shown and offered to whoever saves the file, never used as a path.</summary>
internal static class FileNames
{
    /// <summary>Longest name, in UTF-16 units; what most file systems take of ASCII.</summary>
    public const int MaxLength = 255;

    /// <summary>The name without control characters and not too long; a name by its type where there is none.</summary>
    /// <param name="name">Last segment of what the caller sent.</param>
    /// <param name="contentType">Type found in the bytes.</param>
    public static string Clean(string name, string contentType)
    {
        var clean = new StringBuilder(Math.Min(name.Length, MaxLength));
        foreach (var rune in name.Trim().EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > MaxLength) break;
            clean.Append(Rune.IsControl(rune) ? "_" : rune.ToString());
        }

        return clean.Length > 0 ? clean.ToString() : "file." + Extension(contentType);
    }

    private static string Extension(string contentType) => contentType switch
    {
        "image/jpeg" => "jpg",
        "video/quicktime" => "mov",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        _ => contentType[(contentType.IndexOf('/') + 1)..],
    };
}
