using Reelay.Server.Assets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Storage;

/// <summary>Files of the data folder that hold a key.</summary>
internal static class SecretFile
{
    /// <summary>Makes a new file with one random key as a line of hexadecimal digits, for the owner only.</summary>
    /// <remarks>Durable before the key is used for anything, and never half there.</remarks>
    /// <returns>The key.</returns>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static byte[] Create(string path, int keyBytes, Randomness randomness)
    {
        var key = new byte[keyBytes];
        randomness.Fill(key);
        var unfinished = path + ".part";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(unfinished, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path);
        DurableFolder.Flush(Path.GetDirectoryName(path)!);
        return key;
    }
}
