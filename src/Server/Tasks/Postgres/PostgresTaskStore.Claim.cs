using Reelay.Server.Storage;

namespace Reelay.Server.Tasks.Postgres;

internal sealed partial class PostgresTaskStore
{
    public override Task<IReadOnlyList<OwnedShard>> ClaimShardsAsync(string nodeId, string version, CancellationToken cancellationToken)
    {
        _database.Write((connection, transaction) => connection.Execute(
            "SELECT id FROM shards ORDER BY id FOR UPDATE; UPDATE shards SET owner = @id, epoch = epoch + 1", transaction, ("@id", nodeId)));
        return Task.FromResult<IReadOnlyList<OwnedShard>>(_database.Read(connection => connection.Query(
            row => new OwnedShard(row.GetInt32(0), row.GetInt64(1)), "SELECT id, epoch FROM shards")));
    }
}
