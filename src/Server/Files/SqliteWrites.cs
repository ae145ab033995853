using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using SQLitePCL;

namespace Reelay.Server.Files;

/// <summary>Writes of single rows beside the batches of tasks.</summary>
internal static class SqliteWrites
{
    /// <summary>Runs one statement in a durable transaction of its own.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="StoreUnavailableException">It was not written, or nobody can tell.</exception>
    public static int WriteOne(this SqliteDatabase database, string sql, params (string Name, object? Value)[] values)
    {
        try
        {
            return database.Write((connection, transaction) => connection.Execute(sql, transaction, values));
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode != raw.SQLITE_CONSTRAINT)
        {
            throw new StoreUnavailableException("The database is locked or cannot be written.", exception);
        }
    }
}
