using System.Data.Common;

namespace Reelay.Server.Storage;

/// <summary>The little mapping that the stores need; SQL stays in sight at each call.</summary>
internal static class SqlMapper
{
    public static DbCommand Command(
        this DbConnection connection, string sql, DbTransaction? transaction = null, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.Bind(values);
        return command;
    }

    public static int Execute(
        this DbConnection connection, string sql, DbTransaction? transaction = null, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, transaction, values);
        return command.ExecuteNonQuery();
    }

    public static T? Scalar<T>(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, null, values);
        return To<T>(command.ExecuteScalar());
    }

    public static List<T> Query<T>(
        this DbConnection connection, Func<DbDataReader, T> map, string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        connection.Query(null, map, sql, values);

    /// <summary>The same within a transaction.</summary>
    public static List<T> Query<T>(
        this DbConnection connection, DbTransaction? transaction, Func<DbDataReader, T> map, string sql,
        params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.Command(sql, transaction, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    /// <summary>Sets the values of a command in place of those it had. Truth becomes 1 or 0.</summary>
    public static void Bind(this DbCommand command, ReadOnlySpan<(string Name, object? Value)> values)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value switch
            {
                null => DBNull.Value,
                bool flag => flag ? 1L : 0L,
                string text when parameter is Npgsql.NpgsqlParameter => PostgresText.Of(text),
                _ => value,
            };
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>A single value; whole numbers and truth become what is asked for.</summary>
    public static T? To<T>(object? value) => value switch
    {
        null or DBNull => default,
        T exact => exact,
        IConvertible number when typeof(T).IsPrimitive => (T)Convert.ChangeType(number, typeof(T), null),
        _ => default,
    };

    public static string? TextOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? LongOrNull(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>Truth: a whole number that is not 0, or what PostgreSQL says of a comparison.</summary>
    public static bool Flag(this DbDataReader reader, int column) => To<long>(reader.GetValue(column)) != 0;
}
