using System.Net;
using System.Net.Sockets;
using Npgsql;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What a load balancer is told while the database of many nodes is away. SQLite's lock is in the tests of a store that is away.</summary>
public sealed class ReadinessTests
{
    // Nothing here takes so long; a probe that hangs is found by it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_is_not_ready_while_its_database_is_gone_or_silent_and_ready_again_when_it_is_back()
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewDatabase());
        await using var way = new ClosableWay(connection.Port);
        connection.Port = way.Port;
        await using var gateway = await GatewayHost.StartAsync(TestStore.SettingsOf(connection.ConnectionString));
        using var balancer = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl, Timeout = Patience };
        await UntilAsync(balancer, 200);

        way.Close();
        Assert.Contains("database", await UntilAsync(balancer, 503));
        using (var silent = new TcpListener(IPAddress.Loopback, way.Port))
        {
            // Connects, and then not a word.
            silent.Start();
            for (var i = 0; i < 20; i++) Assert.Equal(503, await StatusAsync(balancer, "/readyz"));
            Assert.Equal(200, await StatusAsync(balancer, "/healthz"));
        }

        way.Open();
        await UntilAsync(balancer, 200);
        await gateway.FinishAsync(await gateway.OrderAsync());
    }

    private static async Task<string> UntilAsync(HttpClient client, int wanted)
    {
        while (true)
        {
            using var response = await client.GetAsync("/readyz", Cancellation);
            if ((int)response.StatusCode == wanted) return await response.Content.ReadAsStringAsync(Cancellation);
            await GatewayHost.PauseAsync();
        }
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Cancellation);
        return (int)response.StatusCode;
    }
}
