using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Postgres;
using Reelay.Server.Webhooks;
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
        private PostgresTaskStore _store;

        public PostgresWorld() => (_database, _store) = Open();

        public override ITaskStore Store => _store;

        private protected override Database Database => _database;

        public override void Reopen()
        {
            _database.Dispose();
            (_database, _store) = Open();
        }

        public override void Dispose() => _database.Dispose();

        private (PostgresDatabase Database, PostgresTaskStore Store) Open()
        {
            var database = new PostgresDatabase(_connection, new PostgresOptions { MaxConnections = 8 });
            return (database, new PostgresTaskStore(database, new WebhookSubscriptions(TimeProvider.System, Randomness.System), new WebhookOptions()));
        }
    }
}
