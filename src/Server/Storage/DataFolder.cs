using System.Diagnostics;

namespace Reelay.Server.Storage;

/// <summary>The server's folder, locked for one server at a time. Audit, backup and the sandbox do not take the lock.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "server.lock";
    private const string HolderName = "server.pid";

    private readonly FileStream _held;

    /// <summary>Creates the folder if need be and locks it.</summary>
    /// <exception cref="InvalidOperationException">Another server has it; the message names its process.</exception>
    public DataFolder(string path)
    {
        Root = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Root);
        else Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            _held = new FileStream(Path(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"{Root} is in use by another server ({Holder()}); REELAY_DATA names the folder.", exception);
        }

        File.WriteAllText(Path(HolderName), Environment.ProcessId.ToString());
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>Path of a file in it.</summary>
    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private string Holder()
    {
        try
        {
            var id = int.Parse(File.ReadAllText(Path(HolderName)));
            using var process = Process.GetProcessById(id);
            return $"process {id}, {process.ProcessName}";
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException)
        {
            return "its process could not be found out";
        }
    }
}
