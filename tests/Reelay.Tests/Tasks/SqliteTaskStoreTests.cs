using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteTaskStoreTests : TaskStoreTests
{
    private protected override StoreWorld NewWorld() => new SqliteWorld();

    private sealed class SqliteWorld : StoreWorld
    {
        private readonly TemporaryFolder _folder = new();
        private readonly ManualTimeProvider _time = new();
        private SqliteDatabase _database;
        private SqliteTaskStore _store;

        public SqliteWorld() => (_database, _store) = Open();

        public override ITaskStore Store => _store;

        public override void AddAccount(string id, long balance, bool isUnlimited = false) => _database.Write((connection, transaction) => connection.Execute(
            "INSERT INTO accounts (id, name, is_unlimited, balance_micros, created_at) VALUES ($id, 'test', $unlimited, $balance, 1)",
            transaction,
            ("$id", id), ("$unlimited", isUnlimited), ("$balance", balance)));

        public override (long Balance, long Reserved) Figures(string account) => Assert.Single(_database.Read(connection => connection.Query(
            row => (row.GetInt64(0), row.GetInt64(1)),
            "SELECT balance_micros, reserved_micros FROM accounts WHERE id = $id",
            ("$id", account))));

        public override (long Balance, long Reserved, int Count) Ledger(string account) => Assert.Single(_database.Read(connection => connection.Query(
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt32(2)),
            "SELECT coalesce(sum(balance_micros), 0), coalesce(sum(reserved_micros), 0), count(*) FROM ledger_entries WHERE account_id = $id",
            ("$id", account))));

        public override void SetAccount(string id, string assignments) => _database.Write((connection, transaction) =>
            connection.Execute($"UPDATE accounts SET {assignments} WHERE id = $id", transaction, ("$id", id)));

        public override (long Spent, long InFlight, long SpentOfRows, long InFlightOfRows) Spending(string account) => Assert.Single(_database.Read(connection => connection.Query(
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            """
            SELECT spent_micros, in_flight_count, coalesce(sum(s.reserved_micros + s.settled_micros), 0),
                coalesce(sum(s.created_count - s.completed_count - s.failed_count), 0)
            FROM accounts a LEFT JOIN spending s ON s.account_id = a.id WHERE a.id = $id
            """,
            ("$id", account))));

        public override void Reopen()
        {
            Close();
            (_database, _store) = Open();
        }

        public override void Dispose()
        {
            Close();
            _folder.Dispose();
        }

        private (SqliteDatabase Database, SqliteTaskStore Store) Open()
        {
            var database = new SqliteDatabase(_folder.File("reelay.db"));
            SqliteMigrations.Apply(database.Writer, _time);
            return (database, new SqliteTaskStore(database, _time));
        }

        private void Close()
        {
            _store.Dispose();
            _database.Dispose();
        }
    }
}
