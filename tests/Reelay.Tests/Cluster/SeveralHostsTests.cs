using Npgsql;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Cluster;

/// <summary>A connection string that names several servers, one of which takes writes at a time.</summary>
public sealed class SeveralHostsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Target Session Attributes=primary")]
    [InlineData("Target Session Attributes=read-write")]
    public async Task Of_several_hosts_the_one_that_is_there_is_used(string role)
    {
        var real = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewDatabase());
        var hosts = $"Host=127.0.0.1:{ServerProcess.FreePort()},127.0.0.1:{real.Port};Username=postgres;Database={real.Database};{role}";
        using var database = new PostgresDatabase(hosts, new PostgresOptions { MaxConnections = 4 });
        Assert.Equal(0, database.Migrate("0.1.0", TimeProvider.System));
        await using var fenced = await database.OpenFencedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(256, fenced.Scalar<long>("SELECT count(*) FROM shards"));
    }

    [Fact]
    public async Task A_server_that_was_cut_off_is_found_again()
    {
        var real = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewDatabase());
        await using var way = new ClosableWay(real.Port);
        var hosts = $"Host=127.0.0.1:{ServerProcess.FreePort()},127.0.0.1:{way.Port};Username=postgres;Database={real.Database}";
        using var database = new PostgresDatabase(hosts, new PostgresOptions { MaxConnections = 4 });
        database.Migrate("0.1.0", TimeProvider.System);
        way.Close();
        Assert.ThrowsAny<Exception>(() => database.Read(connection => connection.Scalar<long>("SELECT 1::bigint")));
        way.Open();
        for (var left = 100; ; left--)
        {
            try
            {
                Assert.Equal(1, database.Read(connection => connection.Scalar<long>("SELECT 1::bigint")));
                return;
            }
            catch (NpgsqlException) when (left > 0)
            {
                // It asks again after a second.
                await ClusterWorld.PauseAsync(100);
            }
        }
    }
}
