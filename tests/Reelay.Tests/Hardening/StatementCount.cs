using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Tests.Support;
using SQLitePCL;

namespace Reelay.Tests.Hardening;

/// <summary>Counts the statements that a server's database runs, on every connection.</summary>
internal sealed class StatementCount
{
    // Kept for as long as connections may call it.
    private readonly strdelegate_trace _count;
    private readonly SqliteDatabase _database;
    private long _total;

    public StatementCount(GatewayHost gateway)
    {
        _count = (_, _) => Interlocked.Increment(ref _total);
        _database = (SqliteDatabase)gateway.Services.GetService(typeof(SqliteDatabase))!;
        Renew();
    }

    /// <summary>Begins to count on connections too that were in use when this was last done.</summary>
    public void Renew() => _database.Watch(Trace);

    /// <summary>Statements so far.</summary>
    public long Total => Interlocked.Read(ref _total);

    private void Trace(SqliteConnection connection) => raw.sqlite3_trace(connection.Handle!, _count, null);
}
