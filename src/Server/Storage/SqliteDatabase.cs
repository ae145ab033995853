using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>Connections to one SQLite file: one writer, and readers that see the last commit without waiting for it.</summary>
internal sealed class SqliteDatabase : Database
{
    private const int MaxIdleReaders = 16;

    private readonly string _connectionString;
    private readonly string _patience;
    private readonly string _durable;
    private readonly ConcurrentBag<ReadConnection> _readers = [];
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

    /// <inheritdoc/>
    public override string Name => $"SQLite {Reelay.Storage.SqliteLibrary.Version}";

    /// <inheritdoc/>
    public override bool IsShared => false;

    // A transaction begins with the lock for writing.
    /// <inheritdoc/>
    public override string ForUpdate => "";

    /// <inheritdoc/>
    public override string JoinInOrder => "CROSS JOIN";

    /// <inheritdoc/>
    public override string DayOf(string column) => $"strftime('%Y-%m-%d', {column} / 1000, 'unixepoch')";

    /// <inheritdoc/>
    public override T Read<T>(Func<ReadConnection, T> read)
    {
        var connection = Take();
        try
        {
            return read(connection);
        }
        finally
        {
            Give(connection);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<T> ReadAsync<T>(Func<ReadConnection, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        var connection = Take();
        try
        {
            return await read(connection);
        }
        finally
        {
            Give(connection);
        }
    }

    /// <inheritdoc/>
    public override T Write<T>(Func<DbConnection, DbTransaction, T> write)
    {
        using var connection = Open(_durable);
        using var transaction = connection.BeginTransaction();
        var result = write(connection, transaction);
        transaction.Commit();
        return result;
    }

    // Moves what was written into the main file and empties the log, unless somebody is reading.
    /// <inheritdoc/>
    public override bool TryEmptyLog()
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
    public override void Dispose()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
        Writer.Dispose();
    }

    /// <inheritdoc/>
    protected override int Execute(string sql, (string Name, object? Value)[] values) =>
        Write((connection, transaction) => connection.Execute(sql, transaction, values));

    private ReadConnection Take() =>
        _readers.TryTake(out var connection) ? connection : new ReadConnection(Open("PRAGMA query_only = ON;" + _patience));

    private void Give(ReadConnection connection)
    {
        if (_readers.Count < MaxIdleReaders) _readers.Add(connection);
        else connection.Dispose();
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
