using Npgsql;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Postgres;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>Who has a shard while a batch of its owner is held open in the middle, on a real PostgreSQL: one node or the other, at every moment.</summary>
public sealed class PostgresLeaseTests : IAsyncLifetime
{
    private const string Owner = "node_owner";
    private const string Other = "node_other";

    private readonly string _connection = PostgresServer.Instance.NewDatabase();
    private readonly Node _owner;
    private readonly Node _other;
    private readonly NpgsqlConnection _holder;
    private readonly GenerationTask _task = Rows.Task();
    private OwnedShard _shard;

    public PostgresLeaseTests() => (_owner, _other, _holder) = (new Node(_connection), new Node(_connection), new NpgsqlConnection(_connection + ";Pooling=false"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StoreOperation Creation => new StoreOperation.Create(new ShardFence(_shard.Shard, Owner, _shard.Epoch), _task);

    public async ValueTask InitializeAsync()
    {
        await _holder.OpenAsync(Cancellation);
        _holder.Execute("INSERT INTO accounts (id, name, is_unlimited, balance_micros, created_at) VALUES (@id, 'test', 0, 1000, 1)", null, ("@id", Rows.Account));
        await _owner.Leases.JoinAsync(new NodeReport(Owner, "1", 1, false, 0, 0), Cancellation);
        await _other.Leases.JoinAsync(new NodeReport(Other, "1", 1, false, 0, 0), Cancellation);
        _shard = (await _owner.Leases.ClaimAsync(Owner, 256, Cancellation)).Single(shard => shard.Shard == _task.Shard);
    }

    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        _owner.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_claim_leaves_out_the_shard_of_a_batch_that_is_held_open_and_gets_it_with_what_the_batch_wrote()
    {
        using var held = Hold("SELECT 1 FROM accounts WHERE id = @id FOR UPDATE", ("@id", Rows.Account));
        var batch = _owner.Store.CommitAsync([Creation], Cancellation);
        await UntilLockedAsync(1);
        _other.Database.Write((connection, transaction) => connection.Execute("UPDATE shards SET lease_until = 0", transaction));

        var first = await _other.Leases.ClaimAsync(Other, 256, Cancellation);
        Assert.Equal(255, first.Count);
        Assert.DoesNotContain(first, shard => shard.Shard == _shard.Shard);

        held.Rollback();
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await batch).Outcome);
        var gained = Assert.Single(await _other.Leases.ClaimAsync(Other, 256, Cancellation));
        Assert.Equal((_shard.Shard, _shard.Epoch + 1), (gained.Shard, gained.Epoch));
        Assert.Equal(_task.Id, Assert.Single(await _other.Store.LoadLiveAsync(gained.Shard, null, 10, Cancellation)).Task.Id);
        var late = new StoreOperation.Transition(new ShardFence(_shard.Shard, Owner, _shard.Epoch), Rows.Failed(_task)) { Money = MoneyMove.Release };
        Assert.Equal(OperationOutcome.NotOwned, Assert.Single(await _owner.Store.CommitAsync([late], Cancellation)).Outcome);
    }

    [Fact]
    public async Task A_renewal_passes_by_a_batch_that_is_held_open_and_a_release_waits_for_it()
    {
        using var held = Hold("SELECT 1 FROM accounts WHERE id = @id FOR UPDATE", ("@id", Rows.Account));
        var batch = _owner.Store.CommitAsync([Creation], Cancellation);
        await UntilLockedAsync(1);
        Assert.Equal(256, (await _owner.Leases.RenewAsync(new NodeReport(Owner, "1", 1, false, 1, 0), Cancellation)).Owned.Count);
        var release = _owner.Leases.ReleaseAsync(Owner, [_shard], Cancellation);
        await UntilLockedAsync(2);

        held.Rollback();
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await batch).Outcome);
        await release;
        Assert.Equal(_shard.Shard, Assert.Single(await _other.Leases.ClaimAsync(Other, 256, Cancellation)).Shard);
    }

    [Fact]
    public async Task A_batch_that_comes_while_a_claim_is_held_open_waits_for_it_and_writes_nothing()
    {
        // As a claim does: a change of the owner alone would let the batch pass.
        using var held = Hold("SELECT 1 FROM shards WHERE id = @id FOR UPDATE", ("@id", _shard.Shard));
        _holder.Execute("UPDATE shards SET owner = @node, epoch = epoch + 1 WHERE id = @id", held, ("@node", Other), ("@id", _shard.Shard));
        var batch = _owner.Store.CommitAsync([Creation], Cancellation);
        await UntilLockedAsync(1);

        held.Commit();
        Assert.Equal(OperationOutcome.NotOwned, Assert.Single(await batch).Outcome);
        Assert.Null(await _other.Store.FindAsync(_task.Id, Cancellation));
    }

    private NpgsqlTransaction Hold(string sql, params (string Name, object? Value)[] values)
    {
        var transaction = _holder.BeginTransaction();
        _holder.Execute(sql, transaction, values);
        return transaction;
    }

    private async Task UntilLockedAsync(long count)
    {
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for (var left = 1000; _other.Database.Read(connection => connection.Scalar<long>(Waiting)) < count; left--)
        {
            Assert.True(left > 0, "Nobody waits for a lock.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }

    private sealed class Node(string connection) : IDisposable
    {
        public PostgresDatabase Database { get; } = TestStore.OpenPostgres(connection);

        public SqlTaskStore Store => field ??= TestStore.Tasks(Database, TimeProvider.System);

        public PostgresLeaseStore Leases => field ??= new(Database, new ClusterOptions { LeaseSeconds = 60 });

        public void Dispose() => Database.Dispose();
    }
}
