using System.Data;
using System.Data.Common;
using Npgsql;

namespace Reelay.Server.Storage;

/// <summary>Connections to one PostgreSQL database: a bounded pool for reads, rare writes and batches.</summary>
internal sealed class PostgresDatabase : Database
{
    // Any number that nobody else is likely to take; the rare writes of all nodes go one after the other under it.
    private const long RareWrites = 0x5265656C6179;

    // A node that stops within a batch must let go of its shards before others give up waiting for them.
    private const string Fenced = "-c idle_in_transaction_session_timeout=1500 -c lock_timeout=2000";

    // A batch reads and writes by key, and nothing else. A plan that was made while a table was new reads all of it, and is kept until PostgreSQL
    // counts its rows, which can be a minute away: creates were up to four times slower until then. (A cost that says "never" would call its compiler.)
    private const string ByKey = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    private readonly bool _isDirectOther;
    private readonly NpgsqlDataSource _direct;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _fenced;
    private string _name = "PostgreSQL";

    /// <summary>Makes the pool; nothing is connected to yet.</summary>
    /// <param name="connectionString">As Npgsql reads it, for example <c>Host=…;Database=reelay;Username=reelay;Password=…</c>.</param>
    /// <param name="settings">Bounds of the pool and of waits.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public PostgresDatabase(string connectionString, PostgresOptions settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "reelay", Enlist = false };
        builder.MaxPoolSize = settings.MaxConnections;
        builder.Timeout = settings.ConnectSeconds;
        builder.CommandTimeout = settings.CommandSeconds;
        builder.MaxAutoPrepare = 200;
        builder.AutoPrepareMinUsages = 2;

        // Nothing that is sent here changes its session, and to reset a connection each time it goes back to the pool costs the database more than
        // most of what is asked of it.
        builder.NoResetOnClose = true;

        // A node that dies without a word must not be waited for by a lock longer than by its lease.
        builder.KeepAlive = 10;
        var waiting = new NpgsqlConnectionStringBuilder(settings.DirectConnection is { Length: > 0 } direct ? direct : connectionString)
        {
            ApplicationName = "reelay direct", Pooling = false, KeepAlive = 10, Timeout = settings.ConnectSeconds, Enlist = false,
        };
        _isDirectOther = settings.DirectConnection is { Length: > 0 };
        _direct = Source(waiting);
        _source = Source(builder);
        builder.Options = $"{builder.Options} {Fenced} {ByKey}".Trim();

        // The batch, the leases and notifications never wait for each other.
        builder.MaxPoolSize = Math.Max(4, settings.MaxConnections / 4);
        _fenced = Source(builder);
    }

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override bool IsShared => true;

    /// <inheritdoc/>
    public override string ForUpdate => "FOR NO KEY UPDATE";

    // The planner finds a good order by itself.
    /// <inheritdoc/>
    public override string JoinInOrder => "JOIN";

    /// <inheritdoc/>
    public override string DayOf(string column) => $"to_char(to_timestamp({column} / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')";

    /// <summary>A connection for a batch: it waits for no lock longer than two seconds, and holds none while it says nothing for longer than 1.5.</summary>
    public ValueTask<NpgsqlConnection> OpenFencedAsync(CancellationToken cancellationToken) => _fenced.OpenConnectionAsync(cancellationToken);

    /// <summary>A connection outside the pool that goes to the database directly, for waiting.</summary>
    public ValueTask<NpgsqlConnection> OpenDirectAsync(CancellationToken cancellationToken) => _direct.OpenConnectionAsync(cancellationToken);

    /// <summary>Applies the migrations and learns the server's version.</summary>
    /// <returns>How many files were applied.</returns>
    public int Migrate(string programVersion, TimeProvider time)
    {
        // The lock of the migrations is a session's: not to be had through a pooler, and where none is named the pool's first connection has one.
        using var connection = (_isDirectOther ? _direct : _source).OpenConnection();
        _name = $"PostgreSQL {connection.PostgreSqlVersion}";
        return PostgresMigrations.Apply(connection, programVersion, time);
    }

    /// <inheritdoc/>
    public override T Read<T>(Func<ReadConnection, T> read)
    {
        using var connection = new ReadConnection(_source.OpenConnection(), isKept: false);
        return read(connection);
    }

    /// <inheritdoc/>
    public override async ValueTask<T> ReadAsync<T>(Func<ReadConnection, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        using var connection = new ReadConnection(await _source.OpenConnectionAsync(cancellationToken), isKept: false);
        return await read(connection);
    }

    /// <inheritdoc/>
    public override T Write<T>(Func<DbConnection, DbTransaction, T> write)
    {
        using var connection = _source.OpenConnection();
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        connection.Execute($"SELECT pg_advisory_xact_lock({RareWrites})", transaction);
        var result = write(connection, transaction);
        transaction.Commit();
        return result;
    }

    // What PostgreSQL's own log files keep, and for how long, is its operator's to say.
    /// <inheritdoc/>
    public override bool TryEmptyLog() => true;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _direct.Dispose();
        _fenced.Dispose();
        _source.Dispose();
    }

    /// <inheritdoc/>
    protected override int Execute(string sql, (string Name, object? Value)[] values)
    {
        using var connection = _source.OpenConnection();
        return connection.Execute(sql, null, values);
    }

    // Of several hosts the one that takes writes, whichever that is now; which one to take is nobody's to say in the string.
    private static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings)
    {
        var hasSeveralHosts = settings.Host?.Contains(',') == true;
        var own = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        if (hasSeveralHosts)
        {
            own.Remove("Target Session Attributes");

            // A new leader is looked for as soon as the old one is gone.
            own.HostRecheckSeconds = 1;
        }

        var builder = new NpgsqlDataSourceBuilder(own.ConnectionString);

        // No type is used but those that every PostgreSQL has under the same numbers; the first connection need not ask for all it has.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return hasSeveralHosts ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
    }
}
