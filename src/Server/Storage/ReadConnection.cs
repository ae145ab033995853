using System.Data.Common;

namespace Reelay.Server.Storage;

/// <summary>A connection that only reads and keeps what it has prepared: parsing a statement costs ten times as much as running it.</summary>
/// <param name="connection">The connection.</param>
/// <param name="isKept">Whether commands are kept here; PostgreSQL's driver keeps prepared ones by itself.</param>
/// <remarks>For one caller at a time; see <see cref="Database.Read"/>.</remarks>
internal sealed class ReadConnection(DbConnection connection, bool isKept = true) : IDisposable
{
    private const int MaxKept = 64;

    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Every row of a query.</summary>
    public List<T> Query<T>(Func<DbDataReader, T> map, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    /// <summary>The same without holding a thread where the engine need not.</summary>
    public ValueTask<List<T>> QueryAsync<T>(Func<DbDataReader, T> map, string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        RunAsync(Prepare(sql, values), map);

    /// <summary>The first column of the first row, or the default if there is no row or it is null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => SqlMapper.To<T>(Prepare(sql, values).ExecuteScalar());

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        connection.Dispose();
    }

    private static async ValueTask<List<T>> RunAsync<T>(DbCommand command, Func<DbDataReader, T> map)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(map(reader));
        return rows;
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            if (_commands.Count == (isKept ? MaxKept : 1)) Forget();
            _commands[sql] = command = connection.CreateCommand();
            command.CommandText = sql;
        }

        command.Bind(values);
        return command;
    }

    private void Forget()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _commands.Clear();
    }
}
