using Npgsql;

namespace Reelay.Server.Storage;

/// <summary>
/// Applies the numbered SQL files that a database has not seen, each in a transaction of its own; one node at a time does it, the others
/// wait. Files of a newer program are left alone: this one works on unless one of them says that it no longer can.
/// </summary>
internal static class PostgresMigrations
{
    private const long Lock = 0x5265656C6171;

    /// <summary>Brings the database up to date.</summary>
    /// <param name="connection">A connection that goes to the database directly: the lock is the session's.</param>
    /// <param name="programVersion">This program's version, three numbers.</param>
    /// <param name="time">The clock.</param>
    /// <returns>How many files were applied.</returns>
    /// <exception cref="InvalidOperationException">A newer program has changed the database in a way that this one does not know.</exception>
    public static int Apply(NpgsqlConnection connection, string programVersion, TimeProvider time) =>
        Apply(connection, programVersion, time, MigrationFile.Of("postgres"));

    /// <summary>The same with given files.</summary>
    public static int Apply(NpgsqlConnection connection, string programVersion, TimeProvider time, IReadOnlyList<MigrationFile> files)
    {
        using (var command = connection.Command($"SELECT pg_advisory_lock({Lock})"))
        {
            // As long as the node that has it takes.
            command.CommandTimeout = 0;
            command.ExecuteNonQuery();
        }

        try
        {
            connection.Execute(
                """
                CREATE TABLE IF NOT EXISTS migrations (
                    number         bigint PRIMARY KEY,
                    name           text NOT NULL,
                    min_compatible text NOT NULL,
                    applied_at     bigint NOT NULL
                )
                """);
            var known = connection.Query(row => (Number: row.GetInt64(0), Name: row.GetString(1), MinCompatible: row.GetString(2)),
                "SELECT number, name, min_compatible FROM migrations ORDER BY number");
            foreach (var (number, name, minCompatible) in known)
            {
                if (number <= files[^1].Number || Version.Parse(minCompatible) <= Version.Parse(programVersion)) continue;
                throw new InvalidOperationException(
                    $"The database has migration {name}, which needs at least version {minCompatible}; this is {programVersion}. Start a newer version.");
            }

            var applied = known.ConvertAll(row => row.Number).ToHashSet();
            var missing = files.Where(file => !applied.Contains(file.Number)).ToList();
            foreach (var file in missing) Apply(connection, file, time);
            return missing.Count;
        }
        finally
        {
            connection.Execute($"SELECT pg_advisory_unlock({Lock})");
        }
    }

    private static void Apply(NpgsqlConnection connection, MigrationFile file, TimeProvider time)
    {
        try
        {
            ApplyWhole(connection, file, time);
        }
        catch (PostgresException exception)
        {
            throw new InvalidOperationException($"Migration {file.Name} could not be applied, and nothing of it was: {exception.MessageText}.", exception);
        }
    }

    private static void ApplyWhole(NpgsqlConnection connection, MigrationFile file, TimeProvider time)
    {
        using var transaction = connection.BeginTransaction();
        using (var command = connection.Command(file.Sql, transaction))
        {
            // However long a large table takes.
            command.CommandTimeout = 0;
            command.ExecuteNonQuery();
        }

        connection.Execute(
            "INSERT INTO migrations (number, name, min_compatible, applied_at) VALUES (@number, @name, @compatible, @at)",
            transaction,
            ("@number", file.Number), ("@name", file.Name), ("@compatible", file.MinCompatible.ToString()),
            ("@at", time.GetUtcNow().ToUnixTimeMilliseconds()));
        transaction.Commit();
    }
}
