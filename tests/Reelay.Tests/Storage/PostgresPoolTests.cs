using Npgsql;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Storage;

/// <summary>Connections go back to the pool as they are, without a reset: nothing may be left on them.</summary>
public sealed class PostgresPoolTests
{
    [Fact]
    public void A_write_that_fails_leaves_nothing_on_its_connection()
    {
        using var database = new PostgresDatabase(PostgresServer.Instance.NewDatabase(), new PostgresOptions { MaxConnections = 4 });
        Assert.Throws<InvalidOperationException>(() => database.Write<int>((connection, transaction) =>
        {
            Assert.Equal(1, connection.Execute("INSERT INTO accounts (id, name, created_at) VALUES ('acct_left', 'left', 1)", transaction));
            throw new InvalidOperationException();
        }));
        Assert.Throws<PostgresException>(() => database.Write((connection, transaction) => connection.Execute("SELECT 1 / 0", transaction)));

        // The pool has one connection, which is the one that failed.
        Assert.Equal([1], Numbers(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"));
        Assert.Equal([0], Numbers(database, "SELECT count(*) FROM accounts WHERE id = 'acct_left'"));
        Assert.Equal([0], Numbers(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"));
        Assert.NotEqual(Numbers(database, "SELECT txid_current()"), Numbers(database, "SELECT txid_current()"));
    }

    private static List<long> Numbers(PostgresDatabase database, string sql) => database.Read(connection => connection.Query(row => row.GetInt64(0), sql));
}
