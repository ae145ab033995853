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
    private long _total;

    public StatementCount(GatewayHost gateway)
    {
        _count = (_, _) => Interlocked.Increment(ref _total);
        ((SqliteDatabase)gateway.Services.GetService(typeof(SqliteDatabase))!).Watch(Trace);
    }

    /// <summary>Statements so far.</summary>
    public long Total => Interlocked.Read(ref _total);

    private void Trace(SqliteConnection connection) => raw.sqlite3_trace(connection.Handle!, _count, null);
}
