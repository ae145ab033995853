using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Reelay.Server.Storage;

/// <summary>What the two databases say when something went wrong.</summary>
internal static class StoreErrors
{
    private const int SqliteConstraint = 19;
    private const int SqliteFull = 13;

    // Locked, busy, read-only, a disk that fails, a file that cannot be opened.
    private static readonly int[] SqliteAway = [5, 6, 8, 10, 14];

    /// <summary>Runs a write and says in the store's words when it came to nothing.</summary>
    /// <exception cref="Tasks.StoreUnavailableException">It was not written, or nobody can tell.</exception>
    public static T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (DbException exception) when (!IsConstraint(exception))
        {
            throw new Tasks.StoreUnavailableException("The database is locked, away or cannot be written.", exception);
        }
    }

    /// <summary>A rule of the schema refused it.</summary>
    public static bool IsConstraint(DbException exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteConstraint,
        PostgresException postgres => postgres.SqlState.StartsWith("23", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The database is locked, away or cannot be written: it may well be there in a moment.</summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        SqliteException sqlite => SqliteAway.Contains(sqlite.SqliteErrorCode),

        // Classes 08 connection, 40 rolled back, 53 resources, 55 and 57 not in the state for it, 58 its machine; 25 read-only or timed out.
        PostgresException postgres => postgres.SqlState is { Length: 5 } state && state[..2] is "08" or "25" or "40" or "53" or "55" or "57" or "58",
        NpgsqlException => true,
        Tasks.StoreUnavailableException => true,
        _ => false,
    };

    /// <summary>The database has no space left.</summary>
    public static bool IsFull(Exception exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteFull,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        _ => false,
    };
}
