using Npgsql;
using NpgsqlTypes;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>
/// The writes of a batch: each statement is sent once with its rows as arrays, whatever their number, and all of them with the commit in one
/// round trip. Values are text, whole numbers, numbers and null.
/// </summary>
internal sealed partial class PostgresWrites
{
    private readonly List<object?[]>?[] _rows = new List<object?[]>?[Statements.Length];

    /// <summary>Adds a row to a statement.</summary>
    public void Add(PostgresStatement statement, params object?[] values) => (_rows[statement.Order] ??= []).Add(values);

    /// <summary>Everything that was added, in the order in which tables are written.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        for (var order = 0; order < _rows.Length; order++)
        {
            if (_rows[order] is { } rows) batch.BatchCommands.Add(Command(Statements[order], rows));
        }
    }

    private static NpgsqlBatchCommand Command(PostgresStatement statement, List<object?[]> rows)
    {
        var command = new NpgsqlBatchCommand(statement.Sql);
        for (var column = 0; column < statement.Types.Length; column++)
        {
            command.Parameters.Add(statement.Types[column] switch
            {
                't' => new NpgsqlParameter<string?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = Text(rows, column) },
                'n' => new NpgsqlParameter<long?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, TypedValue = Whole(rows, column) },
                _ => new NpgsqlParameter<double?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double, TypedValue = Numbers(rows, column) },
            });
        }

        return command;
    }

    private static string?[] Text(List<object?[]> rows, int column) => [.. rows.Select(row => row[column] is string text ? PostgresText.Of(text) : null)];

    private static long?[] Whole(List<object?[]> rows, int column) => [.. rows.Select(row => row[column] switch
    {
        null => (long?)null,
        long number => number,
        int number => number,
        bool flag => flag ? 1 : 0,
        var other => throw new ArgumentException($"{other.GetType()} is no whole number."),
    })];

    private static double?[] Numbers(List<object?[]> rows, int column) => [.. rows.Select(row => (double?)row[column])];
}

/// <summary>One statement over many rows.</summary>
/// <param name="Order">Its place among all.</param>
/// <param name="Types">A letter for each array: t text, n whole number, d number.</param>
/// <param name="Sql">Its text; <c>{rows}</c> stands for the rows, <c>unnest</c> of all arrays.</param>
internal sealed record PostgresStatement(int Order, string Types, string Sql);
