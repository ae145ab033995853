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

        private protected override Database Database => _database;

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
            TestStore.Prepare(_folder.Path);
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
