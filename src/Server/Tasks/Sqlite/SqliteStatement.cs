using Microsoft.Data.Sqlite;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>A prepared write, kept for the life of its connection; values go in by position.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand command;

    public SqliteStatement(SqliteConnection connection, string sql, int count)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= count; i++) command.Parameters.Add(new SqliteParameter("$" + i, null));
    }

    public SqliteStatement In(SqliteTransaction transaction)
    {
        command.Transaction = transaction;
        return this;
    }

    public SqliteStatement Set(int position, string? value) => SetObject(position, value);

    public SqliteStatement Set(int position, long value) => SetObject(position, value);

    public SqliteStatement Set(int position, long? value) => SetObject(position, value);

    public SqliteStatement Set(int position, bool value) => SetObject(position, value ? 1L : 0L);

    public SqliteStatement SetObject(int position, object? value)
    {
        command.Parameters[position - 1].Value = value ?? DBNull.Value;
        return this;
    }

    public int Execute() => command.ExecuteNonQuery();

    /// <summary>The first column of the first row as an integer, or null if there is no row.</summary>
    public long? ExecuteLong() => command.ExecuteScalar() as long?;

    public SqliteDataReader Query() => command.ExecuteReader();

    public void Dispose() => command.Dispose();
}
