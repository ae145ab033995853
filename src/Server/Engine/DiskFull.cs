namespace Reelay.Server.Engine;

/// <summary>Tells whether a write failed for want of space, which passes, or for another reason.</summary>
internal static class DiskFull
{
    // ENOSPC and EDQUOT of Linux; ERROR_DISK_FULL of Windows. macOS has 69 for the second.
    private static readonly int[] Codes = [28, OperatingSystem.IsMacOS() ? 69 : 122, unchecked((int)0x80070070)];

    /// <summary>Whether the exception, or what it was caused by, says that the disk or the database is full.</summary>
    public static bool Is(Exception? exception) => exception switch
    {
        null => false,
        IOException io when Codes.Contains(io.HResult) => true,
        _ when Storage.StoreErrors.IsFull(exception) => true,
        _ => Is(exception.InnerException),
    };
}
