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
        Write(path, [key], isNew: true);
        return key;
    }

    /// <summary>Puts other keys in the place of a file's. Whoever dies in between leaves the old file or the new one.</summary>
    public static void Replace(string path, IEnumerable<byte[]> keys) => Write(path, keys, isNew: false);

    private static void Write(string path, IEnumerable<byte[]> keys, bool isNew)
    {
        var unfinished = path + ".part";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(unfinished, options))
        {
            foreach (var key in keys) file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: !isNew);
        DurableFolder.Flush(Path.GetDirectoryName(path)!);
    }
}
