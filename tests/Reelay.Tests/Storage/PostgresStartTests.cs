using Npgsql;
using Reelay.Server;
using Reelay.Tests.Support;

namespace Reelay.Tests.Storage;

/// <summary>What is wrong with the database's settings is one sentence at the start, without what is secret in them.</summary>
public sealed class PostgresStartTests : IDisposable
{
    private const string Password = "hunter2-of-the-database";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Database", "nowhere", "database \"nowhere\" does not exist")]
    [InlineData("Username", "stranger", "role \"stranger\" does not exist")]
    [InlineData("Port", "1", "Connection refused")]
    public void A_database_that_cannot_be_used_is_refused_with_its_reason(string name, string value, string reason)
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewEmptyDatabase()) { Password = Password, [name] = value };
        Assert.Equal($"The database that ConnectionStrings__Reelay names cannot be used: {reason}.", Refused(connection.ConnectionString));
    }

    [Fact]
    public void A_host_that_has_no_address_is_refused()
    {
        var sentence = Refused($"Host=no-such-host.invalid;Password={Password}");
        Assert.StartsWith("The database that ConnectionStrings__Reelay names cannot be used: ", sentence);
        AssertKept(sentence);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Pasword=" + Password)]
    [InlineData("Host=127.0.0.1;Port=many;Password=" + Password)]
    [InlineData("postgres://reelay:" + Password + "@127.0.0.1/reelay")]
    [InlineData("Host=127.0.0.1;Password=a;" + Password + "=b")]
    public void A_string_that_cannot_be_read_is_refused_and_not_shown(string connection)
    {
        var sentence = Refused(connection);
        Assert.StartsWith("ConnectionStrings__Reelay cannot be read; write it as Host=", sentence);
        AssertKept(sentence);
    }

    [Fact]
    public void A_wrong_direct_address_is_named_as_well()
    {
        var direct = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewEmptyDatabase()) { Password = Password, Database = "nowhere" };
        var sentence = Refused(PostgresServer.Instance.NewDatabase(), ("Reelay:Postgres:DirectConnection", direct.ConnectionString));
        Assert.Contains("ConnectionStrings__Reelay or Reelay__Postgres__DirectConnection", sentence);
        AssertKept(sentence);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";Target Session Attributes=primary")]
    public async Task Of_several_hosts_the_one_that_takes_writes_is_used(string more)
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresServer.Instance.NewEmptyDatabase());
        connection.Host = $"127.0.0.1:1,{connection.Host}:{connection.Port}";
        connection.Remove("Port");
        await using var gateway = await GatewayHost.StartAsync(TestStore.SettingsOf(connection.ConnectionString + more));
        await gateway.FinishAsync(await gateway.OrderAsync());
    }

    [Theory]
    [InlineData("3", "MaxConnections")]
    [InlineData("501", "MaxConnections")]
    public void Bounds_of_the_pool_are_kept(string value, string name) =>
        Assert.Contains(name, Refused(PostgresServer.Instance.NewEmptyDatabase(), ("Reelay:Postgres:MaxConnections", value)));

    [Fact]
    public async Task Without_a_master_key_that_all_nodes_can_have_it_does_not_start()
    {
        await using var server = ServerProcess.Start("Reelay.Server", new Dictionary<string, string>
        {
            ["REELAY_DATA"] = _folder.File("data"), ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__Reelay"] = PostgresServer.Instance.NewEmptyDatabase() + ";Password=" + Password,
        });
        Assert.Equal(2, await server.ExitAsync());
        Assert.StartsWith("Reelay did not start: REELAY_MASTER_KEY must be set where ConnectionStrings__Reelay names a database", server.Output);
        Assert.Single(server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        AssertKept(server.Output);
        Assert.False(File.Exists(_folder.File("data/master.key")));
    }

    [Fact]
    public async Task A_node_with_another_master_key_is_refused()
    {
        var connection = PostgresServer.Instance.NewDatabase();
        await using (await GatewayHost.StartAsync(TestStore.SettingsOf(connection)))
        {
            var sentence = Refused(connection, ("REELAY_MASTER_KEY", new string('7', 64)));
            Assert.Contains("were encrypted with the master key of id", sentence);
            Assert.DoesNotContain(new string('7', 64), sentence);
        }
    }

    [Fact]
    public async Task Keys_that_all_nodes_have_are_not_changed_by_one_of_them()
    {
        await using var gateway = await GatewayHost.StartAsync(TestStore.SettingsOf(PostgresServer.Instance.NewDatabase()));
        using var admin = gateway.NewClient(gateway.AdminKey);
        foreach (var (path, code) in new[] { ("link_keys", "link_keys_are_derived"), ("master_key", "master_key_is_a_setting") })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Post, $"/admin/v1/{path}/rotate", client: admin);
            Assert.Equal((400, code), (status, body.GetProperty("error").GetProperty("code").GetString()));
            Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, $"/admin/v1/{path}", client: admin)).Status);
        }
    }

    private static void AssertKept(string sentence) => Assert.DoesNotContain(Password, sentence, StringComparison.OrdinalIgnoreCase);

    private string Refused(string connection, params (string Name, string Value)[] more)
    {
        var settings = TestStore.SettingsOf(connection);
        settings["REELAY_DATA"] = _folder.File("data");
        foreach (var (name, value) in more) settings[name] = value;
        return Assert.Throws<InvalidOperationException>(
            () => ServerApp.Build([], builder => builder.Configuration.AddInMemoryCollection(settings))).Message;
    }
}
