using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>A connection that only reads and keeps what it has prepared: parsing a statement costs ten times as much as running it.</summary>
/// <remarks>For one caller at a time; see <see cref="SqliteDatabase.Read"/>.</remarks>
internal sealed class SqliteReadConnection(SqliteConnection connection) : IDisposable
{
    private const int MaxKept = 64;

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Every row of a query.</summary>
    public List<T> Query<T>(Func<SqliteDataReader, T> map, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    /// <summary>The first column of the first row, or the default if there is no row or it is null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepare(sql, values).ExecuteScalar() is T value ? value : default;

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            if (_commands.Count == MaxKept) Forget();
            _commands[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
        }

        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private void Forget()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _commands.Clear();
    }
}
