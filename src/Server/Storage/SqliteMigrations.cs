using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>Applies the numbered SQL files that a database has not seen, each in a transaction of its own.</summary>
internal static class SqliteMigrations
{
    private const string Prefix = "migrations/sqlite/";

    /// <summary>Brings the database up to date.</summary>
    /// <returns>How many files were applied.</returns>
    /// <exception cref="InvalidOperationException">The database was written by a newer version of this program.</exception>
    public static int Apply(SqliteConnection connection, TimeProvider time)
    {
        connection.Execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
        var current = connection.Scalar<long>("SELECT coalesce(max(number), 0) FROM migrations");
        var files = Files();
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
                "INSERT INTO migrations (number, name, applied_at) VALUES ($number, $name, $at)",
                transaction,
                ("$number", number), ("$name", name), ("$at", time.GetUtcNow().ToUnixTimeMilliseconds()));
            transaction.Commit();
            applied++;
        }

        return applied;
    }

    private static List<(long Number, string Name, string Sql)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (long.Parse(name.AsSpan(Prefix.Length, 4)), name[Prefix.Length..], Read(assembly, name)))];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
