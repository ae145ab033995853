using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Reelay.Storage;

/// <summary>Chooses the SQLite library of this process: the system's when it is newer than the bundled one, else the bundled one.</summary>
internal static class SqliteLibrary
{
    // The bundled library is 3.35.5; a system library must be newer than that to be worth preferring.
    private const int BundledVersion = 3_035_005;

    private static readonly string[] SystemNames = OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
        : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"]
        : ["libsqlite3.so.0"];

    private static readonly Lazy<bool> Initialized = new(InitializeOnce);

    private delegate int VersionNumber();

    /// <summary>Loads the library once for the process; later calls do nothing.</summary>
    public static void Init() => _ = Initialized.Value;

    /// <summary>Version of the library in use, for example <c>3.40.1</c>.</summary>
    public static string Version
    {
        get
        {
            Init();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    private static bool InitializeOnce()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The sandbox in this process has a copy of this file and was first; its resolver is the same.
        }

        Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (var candidate in SystemNames)
        {
            if (!NativeLibrary.TryLoad(candidate, out var library)) continue;
            if (NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export)
                && Marshal.GetDelegateForFunctionPointer<VersionNumber>(export)() > BundledVersion)
            {
                return library;
            }

            NativeLibrary.Free(library);
        }

        // Zero lets the runtime go on with its usual search, which finds the bundled e_sqlite3.
        return 0;
    }
}
