using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>Applies the numbered SQL files that a database has not seen, each in a transaction of its own.</summary>
internal static class SqliteMigrations
{
    /// <summary>Brings the database up to date.</summary>
    /// <returns>How many files were applied.</returns>
    /// <exception cref="InvalidOperationException">The database was written by a newer version of this program.</exception>
    public static int Apply(SqliteConnection connection, TimeProvider time)
    {
        connection.Execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
        var current = connection.Scalar<long>("SELECT coalesce(max(number), 0) FROM migrations");
        var files = MigrationFile.Of("sqlite");
        if (current > files[^1].Number)
        {
            throw new InvalidOperationException(
                $"The database is at migration {current}, this program knows up to {files[^1].Number}: start a newer version.");
        }

        var applied = 0;
        foreach (var (number, name, sql) in files)
        {
            if (number <= current) continue;
            using var transaction = connection.BeginTransaction();
            connection.Execute(sql, transaction);
            connection.Execute(
                "INSERT INTO migrations (number, name, applied_at) VALUES (@number, @name, @at)",
                transaction,
                ("@number", number), ("@name", name), ("@at", time.GetUtcNow().ToUnixTimeMilliseconds()));
            transaction.Commit();
            applied++;
        }

        return applied;
    }
}
