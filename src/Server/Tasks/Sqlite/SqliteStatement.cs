using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>
/// A prepared statement of the writer, kept for the life of its connection; values go in by position. It runs in whatever transaction is open.
/// </summary>
/// <remarks>
/// It calls SQLite directly: a create runs five of these, and the ADO.NET command would look up every parameter by name, every time.
/// </remarks>
internal sealed class SqliteStatement(SqliteConnection connection, string sql) : IDisposable
{
    private const int MaxStackBytes = 1024;

    // Prepared at its first use, when the schema is there; most servers never use all of them.
    private sqlite3_stmt? _prepared;

    public SqliteStatement Set(int position, ReadOnlySpan<char> value)
    {
        var maxBytes = Encoding.UTF8.GetMaxByteCount(value.Length);
        var utf8 = maxBytes <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[maxBytes];
        return SetUtf8(position, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
    }

    public SqliteStatement Set(int position, string? value) => value is null ? SetNull(position) : Set(position, value.AsSpan());

    /// <summary>Sets text that is UTF-8 already.</summary>
    public SqliteStatement SetUtf8(int position, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which SQLite would take for null.
        Check(value.IsEmpty ? raw.sqlite3_bind_text(Prepared, position, "") : raw.sqlite3_bind_text(Prepared, position, value));
        return this;
    }

    public SqliteStatement Set(int position, long value)
    {
        Check(raw.sqlite3_bind_int64(Prepared, position, value));
        return this;
    }

    public SqliteStatement Set(int position, long? value) => value is { } number ? Set(position, number) : SetNull(position);

    public SqliteStatement Set(int position, bool value) => Set(position, value ? 1L : 0L);

    public SqliteStatement Set(int position, double? value)
    {
        if (value is not { } number) return SetNull(position);
        Check(raw.sqlite3_bind_double(Prepared, position, number));
        return this;
    }

    /// <summary>Runs a write.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="SqliteException">It failed; the transaction goes on without it.</exception>
    public int Execute()
    {
        Finish(raw.sqlite3_step(Prepared));
        return raw.sqlite3_changes(connection.Handle);
    }

    /// <summary>The first column of the first row as an integer, or null if there is no row.</summary>
    public long? ExecuteLong() => ReadFirst(static row => raw.sqlite3_column_int64(row, 0), out var value) ? value : null;

    /// <summary>Reads the first row.</summary>
    /// <returns>False if there is none.</returns>
    public bool ReadFirst<T>(Func<sqlite3_stmt, T> map, out T? value)
    {
        var state = raw.sqlite3_step(Prepared);
        var isRow = state == raw.SQLITE_ROW;
        value = isRow ? map(Prepared) : default;
        Finish(state);
        return isRow;
    }

    public void Dispose() => _prepared?.Dispose();

    private sqlite3_stmt Prepared
    {
        get
        {
            if (_prepared is not null) return _prepared;
            Check(raw.sqlite3_prepare_v3(connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out _prepared));
            return _prepared;
        }
    }

    private SqliteStatement SetNull(int position)
    {
        Check(raw.sqlite3_bind_null(Prepared, position));
        return this;
    }

    // Reset first: a statement that is left open would keep the transaction from committing.
    private void Finish(int state)
    {
        var afterReset = raw.sqlite3_reset(Prepared);
        if (state is not (raw.SQLITE_ROW or raw.SQLITE_DONE)) Check(afterReset);
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, connection.Handle);
}
