using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Routing.Sources;
using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>A new master key reaches every secret, also when the process dies on the way, and the old one is no longer needed.</summary>
public sealed class KeyRotationTests
{
    private static readonly string Old = new('a', 64);
    private static readonly string New = new('b', 64);

    private static readonly object Mine = new
    {
        id = "mine",
        provider = "openai",
        base_url = "http://127.0.0.1:1/v1",
        api_key = "sk-kept-secret",
        models = new[] { "m=sora-2" },
    };

    [Fact]
    public async Task A_server_that_is_started_with_a_new_key_and_the_old_one_needs_only_the_new_one_afterwards()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder, Old)) await MakeAsync(first);
        await using (var turning = await StartAsync(folder, New, Old))
        {
            using var admin = turning.NewClient(turning.AdminKey);
            var key = (await turning.SendAsync(HttpMethod.Get, "/admin/v1/master_key", client: admin)).Body;
            Assert.Equal(("setting", 0), (key.GetProperty("source").GetString(), key.GetProperty("outdated_count").GetInt32()));
            Assert.True(key.GetProperty("secret_count").GetInt32() >= 2, key.GetRawText());
            Assert.Single(key.GetProperty("previous_ids").EnumerateArray());
            Assert.Equal("master_key_is_a_setting", Code((await turning.SendAsync(HttpMethod.Post, "/admin/v1/master_key/rotate", client: admin)).Body));
        }

        await using (var after = await StartAsync(folder, New)) await AssertKeptAsync(after);

        // One that may not start leaves the folder locked, as it would until its process ends: this comes last.
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(folder, Old));
        Assert.Contains("REELAY_MASTER_KEY_PREVIOUS", refused.Message);
    }

    [Fact]
    public async Task A_key_of_the_data_folder_is_replaced_by_a_request()
    {
        using var folder = new TemporaryFolder();
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path))
        {
            await MakeAsync(gateway);
            var before = File.ReadAllText(folder.File(MasterKey.FileName));
            using var admin = gateway.NewClient(gateway.AdminKey);
            var (status, key) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/master_key/rotate", client: admin);
            Assert.Equal((200, "file", 0), (status, key.GetProperty("source").GetString(), key.GetProperty("outdated_count").GetInt32()));
            var line = Assert.Single(File.ReadAllLines(folder.File(MasterKey.FileName)));
            Assert.NotEqual(before.Trim(), line);
            Assert.DoesNotContain(line, key.GetRawText());
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(MasterKey.FileName)));
            Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/master_key/rotate")).Status);
            await AssertKeptAsync(gateway);
        }

        await using var after = await GatewayHost.StartAsync(folder: folder.Path);
        await AssertKeptAsync(after);
    }

    [Fact]
    public async Task A_rotation_that_was_killed_half_way_goes_on_at_the_next_start()
    {
        using var folder = new TemporaryFolder();
        using var database = new SqliteDatabase(folder.File("reelay.db"));
        SqliteMigrations.Apply(database.Writer, TimeProvider.System);
        var store = new SqlChannelStore(database);
        var old = MasterKeys.Open(Old, null, "", null, Randomness.System);
        store.NoteMasterKey(MasterKeys.IdOf(old.Current), 1);
        var channels = new AdminChannels(store, new SecretBox(old, Randomness.System), TimeProvider.System);
        for (var i = 0; i < 250; i++) channels.Save(new AdminChannel($"c{i:000}", new() { ["api_key"] = "sk-" + i }, 1, 1, null));

        // The process dies at the 120th row: everything before it is durable, nothing else is changed.
        var both = MasterKeys.Open(New, Old, "", store.MasterKeyId(), Randomness.System);
        var table = new SealedTable(database, "admin_channels", "id", "admin_channel/");
        var dying = new DyingTable(table, 120);
        await Assert.ThrowsAsync<IOException>(() => Rotation(both, store, dying).StartingAsync(TestContext.Current.CancellationToken));
        Assert.Equal((250, 130), table.Count(both.Current.Id));
        Assert.Equal(MasterKeys.IdOf(old.Current), store.MasterKeyId());
        Assert.Throws<InvalidOperationException>(() => MasterKeys.Open(New, null, "", store.MasterKeyId(), Randomness.System));
        Assert.Equal(250, new AdminChannels(store, new SecretBox(both, Randomness.System), TimeProvider.System).List().Count);

        await Rotation(both, store, table).StartingAsync(TestContext.Current.CancellationToken);
        Assert.Equal((250, 0), table.Count(both.Current.Id));
        var only = MasterKeys.Open(New, null, "", store.MasterKeyId(), Randomness.System);
        var kept = new AdminChannels(store, new SecretBox(only, Randomness.System), TimeProvider.System).List();
        Assert.Equal(Enumerable.Range(0, 250).Select(i => "sk-" + i), kept.Select(channel => (string)channel.Settings["api_key"]!));
    }

    [Fact]
    public void Every_column_that_holds_an_envelope_is_reached_by_a_rotation()
    {
        using var database = SqliteDatabase.InMemory("sealed-columns");
        SqliteMigrations.Apply(database.Writer, TimeProvider.System);
        var sealedColumns = database.Writer.Query(
            row => row.GetString(0),
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'BLOB' AND c.name LIKE '%sealed%'");
        var services = new ServiceCollection();
        services.AddSecrets(new ConfigurationManager());
        services.AddSingleton<Database>(database);
        using var provider = services.BuildServiceProvider();
        Assert.NotEmpty(sealedColumns);
        Assert.Equal(
            [.. sealedColumns.Select(column => column.Split('.')[0]).Order()],
            provider.GetServices<ISealedRows>().Select(table => table.Name).Order().ToArray());
    }

    [Fact]
    public async Task Links_go_on_under_an_older_key_until_an_operator_ends_them()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file of the data folder; with PostgreSQL the keys are derived.");
        await using var gateway = await GatewayHost.StartAsync();
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        using var admin = gateway.NewClient(gateway.AdminKey);
        var id = await gateway.OrderAsync();
        var old = (await gateway.FinishAsync(id)).GetProperty("video_url").GetString()!;
        Assert.Equal(1, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/link_keys", client: admin)).Body.GetProperty("count").GetInt32());

        var (_, rotated) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/link_keys/rotate", client: admin);
        Assert.Equal(2, rotated.GetProperty("count").GetInt32());
        Assert.Equal(200, await StatusAsync(nobody, old));

        var (_, ended) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/link_keys/rotate", new { end_links = true }, admin);
        Assert.Equal(1, ended.GetProperty("count").GetInt32());
        Assert.Equal(403, await StatusAsync(nobody, old));
        Assert.Single(File.ReadAllLines(Path.Combine(gateway.Folder, "link.keys")));
        Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/link_keys/rotate", new { end_links = "yes" }, admin)).Status);
    }

    private static KeyRotation Rotation(MasterKeys keys, IChannelStore store, ISealedRows table) => new(
        keys, new SecretBox(keys, Randomness.System), [table], store, Randomness.System, TimeProvider.System, NullLogger<KeyRotation>.Instance);

    private static Task<GatewayHost> StartAsync(TemporaryFolder folder, string key, string? previous = null) => GatewayHost.StartAsync(
        new() { ["REELAY_MASTER_KEY"] = key, ["REELAY_MASTER_KEY_PREVIOUS"] = previous }, folder: folder.Path);

    private static async Task MakeAsync(GatewayHost gateway)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, made) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", Mine, admin);
        Assert.True(status == 200, made.GetRawText());
    }

    private static async Task AssertKeptAsync(GatewayHost gateway)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, channel) = await gateway.SendAsync(HttpMethod.Get, "/admin/v1/channels/mine", client: admin);
        Assert.True(status == 200, channel.GetRawText());
        Assert.Equal("…cret", channel.GetProperty("credential").GetProperty("hint").GetString());
    }

    private static async Task<int> StatusAsync(HttpClient client, string url)
    {
        using var response = await client.GetAsync(url, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private static string? Code(System.Text.Json.JsonElement body) => body.GetProperty("error").GetProperty("code").GetString();

    private sealed class DyingTable(ISealedRows real, int after) : ISealedRows
    {
        private int _count;

        public string Name => real.Name;

        public (int All, int Outdated) Count(byte[] keyId) => real.Count(keyId);

        public IReadOnlyList<SealedRow> ListOutdated(byte[] keyId, int limit) => real.ListOutdated(keyId, limit);

        public bool Replace(SealedRow row, byte[] envelope) =>
            _count++ < after ? real.Replace(row, envelope) : throw new IOException("The process is dead.");
    }
}
