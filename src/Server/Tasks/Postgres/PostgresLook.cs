using Npgsql;
using NpgsqlTypes;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>Selects that go to the server together and whose rows are handed out in order.</summary>
internal sealed class PostgresLook : IDisposable
{
    private readonly List<Action<NpgsqlDataReader>> _readers = [];
    private readonly NpgsqlBatch _batch;

    /// <summary>Begins a transaction with the first of them.</summary>
    public PostgresLook(NpgsqlConnection connection)
    {
        _batch = new NpgsqlBatch(connection);
        _batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED"));
    }

    /// <summary>Adds a select, unless there is nothing to look for.</summary>
    /// <param name="sql">Its text; <c>$1</c> are the texts, the others follow.</param>
    /// <param name="read">Told each row.</param>
    /// <param name="first">What is looked for.</param>
    /// <param name="others">Further arrays of the same length.</param>
    public void Add(string sql, Action<NpgsqlDataReader> read, string[] first, params Array[] others) => AddAny(sql, read, first, others);

    /// <summary>The same for whole numbers.</summary>
    public void Add(string sql, Action<NpgsqlDataReader> read, long[] first) => AddAny(sql, read, first, []);

    /// <summary>Adds a select without values.</summary>
    public void AddAlways(string sql, Action<NpgsqlDataReader> read)
    {
        _batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        _readers.Add(read);
    }

    /// <summary>Sends all and reads all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
        foreach (var read in _readers)
        {
            while (await reader.ReadAsync(cancellationToken)) read(reader);
            await reader.NextResultAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _batch.Dispose();

    private void AddAny(string sql, Action<NpgsqlDataReader> read, Array first, Array[] others)
    {
        if (first.Length == 0) return;
        var command = new NpgsqlBatchCommand(sql);
        foreach (var values in (Array[])[first, .. others])
        {
            var type = values is string[]? NpgsqlDbType.Text : NpgsqlDbType.Bigint;
            command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        }

        _batch.BatchCommands.Add(command);
        _readers.Add(read);
    }
}
