using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>The little mapping that the stores need; SQL stays in sight at each call.</summary>
internal static class SqliteMapper
{
    public static SqliteCommand Command(
        this SqliteConnection connection, string sql, SqliteTransaction? transaction = null, params (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    public static int Execute(
        this SqliteConnection connection, string sql, SqliteTransaction? transaction = null, params (string Name, object? Value)[] values)
    {
        using var command = connection.Command(sql, transaction, values);
        return command.ExecuteNonQuery();
    }

    public static T? Scalar<T>(this SqliteConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        using var command = connection.Command(sql, null, values);
        return command.ExecuteScalar() is T value ? value : default;
    }

    public static List<T> Query<T>(
        this SqliteConnection connection, Func<SqliteDataReader, T> map, string sql, params (string Name, object? Value)[] values)
    {
        using var command = connection.Command(sql, null, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    public static string? TextOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? LongOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
