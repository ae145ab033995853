using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>Connections to one SQLite file: one writer, and readers that see the last commit without waiting for it.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int MaxIdleReaders = 16;

    private readonly string _connectionString;
    private readonly string _patience;
    private readonly string _durable;
    private readonly ConcurrentBag<SqliteReadConnection> _readers = [];
    private Action<SqliteConnection>? _opened;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busySeconds">How long a write waits for one of another connection or process before it fails.</param>
    public SqliteDatabase(string path, int busySeconds = 5)
        : this(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }, busySeconds)
    {
    }

    private SqliteDatabase(SqliteConnectionStringBuilder connection, int busySeconds)
    {
        _patience = $"PRAGMA busy_timeout = {busySeconds * 1000};";

        // What is removed is overwritten: prompts and secrets must not be found in a file that is copied or thrown away.
        _durable = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;" + _patience;
        Reelay.Storage.SqliteLibrary.Init();
        connection.DefaultTimeout = busySeconds;
        _connectionString = connection.ToString();
        Writer = Open(_durable + "PRAGMA wal_autocheckpoint = 4000;");
    }

    /// <summary>A database in memory, shared by all of this process that name it and gone with the last; for use by one thread.</summary>
    public static SqliteDatabase InMemory(string name) =>
        new(new SqliteConnectionStringBuilder { DataSource = name, Mode = SqliteOpenMode.Memory, Cache = SqliteCacheMode.Shared, Pooling = false }, busySeconds: 1);

    /// <summary>The one connection that writes; its user sees to it that one batch runs at a time.</summary>
    public SqliteConnection Writer { get; }

    /// <summary>Runs a read on a connection of its own.</summary>
    public T Read<T>(Func<SqliteReadConnection, T> read)
    {
        if (!_readers.TryTake(out var connection)) connection = new SqliteReadConnection(Open("PRAGMA query_only = ON;" + _patience));
        try
        {
            return read(connection);
        }
        finally
        {
            if (_readers.Count < MaxIdleReaders) _readers.Add(connection);
            else connection.Dispose();
        }
    }

    /// <summary>Runs a rare write (keys, accounts) on a connection of its own, beside the batches, in one durable transaction.</summary>
    public T Write<T>(Func<SqliteConnection, SqliteTransaction, T> write)
    {
        using var connection = Open(_durable);
        using var transaction = connection.BeginTransaction();
        var result = write(connection, transaction);
        transaction.Commit();
        return result;
    }

    /// <summary>Moves what was written into the main file and empties the log, so that nothing removed is left in it.</summary>
    /// <returns>False if somebody was reading meanwhile; then it is to be tried again.</returns>
    public bool TryEmptyLog()
    {
        using var connection = Open(_patience);
        return connection.Scalar<long>("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
    }

    /// <summary>For tests: tells each connection that is open or will be opened.</summary>
    internal void Watch(Action<SqliteConnection> opened)
    {
        _opened = opened;
        opened(Writer);
        while (_readers.TryTake(out var reader)) reader.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
        Writer.Dispose();
    }

    private SqliteConnection Open(string pragmas)
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = pragmas;
        command.ExecuteNonQuery();
        _opened?.Invoke(connection);
        return connection;
    }
}
