using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reelay.Server.Assets;

/// <summary>Folders whose entries survive a power cut: a new or renamed file is lost unless its folder is flushed too.</summary>
internal static class DurableFolder
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Creates the folder for the owner only, if it is missing, and flushes its parent so that it stays.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent) Flush(parent);
    }

    /// <summary>Flushes the entries of a folder to the disk.</summary>
    /// <exception cref="IOException">The folder could not be opened or flushed.</exception>
    public static void Flush(string path)
    {
        // Elsewhere there is no call for it: Windows journals names itself, and macOS is a developer's machine.
        if (!OperatingSystem.IsLinux()) return;

        // The framework refuses to open folders, so this one handle comes from open(2); flushing and closing it is the framework's again.
        var descriptor = Open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            var reason = new Win32Exception(Marshal.GetLastPInvokeError());
            throw new IOException($"The folder '{path}' could not be opened to flush it: {reason.Message}", reason);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    // Generated marshalling would need unsafe code in the whole project for this one call.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
