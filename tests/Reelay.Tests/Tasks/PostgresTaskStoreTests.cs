using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>The contract on a real PostgreSQL.</summary>
public sealed class PostgresTaskStoreTests : TaskStoreTests
{
    private protected override StoreWorld NewWorld() => new PostgresWorld();

    internal sealed class PostgresWorld : StoreWorld
    {
        private readonly string _connection = PostgresServer.Instance.NewDatabase();
        private PostgresDatabase _database;
        private SqlTaskStore _store;

        public PostgresWorld() => (_database, _store) = Open();

        public override ITaskStore Store => _store;

        private protected override Database Database => _database;

        public override void Reopen()
        {
            _database.Dispose();
            (_database, _store) = Open();
        }

        public override void Dispose() => _database.Dispose();

        private (PostgresDatabase Database, SqlTaskStore Store) Open()
        {
            var database = TestStore.OpenPostgres(_connection);
            return (database, TestStore.Tasks(database, TimeProvider.System));
        }
    }
}
